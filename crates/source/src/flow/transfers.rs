//! What calls of libraries make of their arguments. Whatever is not here gives something harmless.

use std::rc::Rc;

use super::calls::Given;
use super::conditions::denied;
use crate::value::{Harms, Shape, TAINTED, UNKNOWN, Value};

/// Functions whose result holds their arguments as they are.
const KEEPING: &[&str] = &[
    "str",
    "String",
    "os.fspath",
    "os.path.expanduser",
    "os.path.expandvars",
    "os.path.abspath",
    "os.path.normpath",
    "os.path.realpath",
    "path.resolve",
    "path.normalize",
    "urllib.parse.unquote",
    "decodeURIComponent",
    "decodeURI",
    "unescape",
    "typing.cast",
    "sqlalchemy.text",
    "sqlalchemy.sql.text",
    "textwrap.dedent",
    "list",
    "tuple",
    "sorted",
    "set",
    "reversed",
    "Promise.resolve",
    "Array.from",
    "Buffer.from",
    "bytes",
    "base64.b64decode",
    "atob",
    "asyncio.wait_for",
    "shlex.split",
    "inspect.cleandoc",
    "asyncio.create_task",
    "asyncio.gather",
    "Promise.all",
    "Object.values",
    "html.unescape",
    "url.fileURLToPath",
    "fileURLToPath",
    "fs.realpath",
    "fs.promises.realpath",
    "fs/promises.realpath",
    "fs.realpathSync",
    "enumerate",
    "zip",
    "Object.entries",
    "urllib.parse.urlparse",
    "urllib.parse.urlsplit",
    "URL",
    "url.URL",
    "io.StringIO",
    "io.BytesIO",
];
/// Methods of texts, paths and collections whose result holds the object, unchanged but for blanks and case.
const TRIMMING: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "trim",
    "trimEnd",
    "trimStart",
    "lower",
    "upper",
    "toLowerCase",
    "toUpperCase",
    "toString",
    "encode",
    "decode",
    "expanduser",
    "resolve",
    "absolute",
    "as_posix",
    "copy",
    "title",
    "normalize",
    "removeprefix",
    "removesuffix",
    "valueOf",
    "expandtabs",
    "casefold",
    "capitalize",
    "geturl",
    "readable",
];
/// Those that take a part of it.
const PARTS: &[&str] =
    &["split", "rsplit", "splitlines", "partition", "rpartition", "values", "items", "entries", "matchAll"];
const PIECES: &[&str] = &[
    "slice",
    "substring",
    "substr",
    "pop",
    "shift",
    "at",
    "get",
    "padStart",
    "padEnd",
    "ljust",
    "rjust",
    "zfill",
    "concat",
    "reverse",
    "with_suffix",
    "flat",
];

/// What a call gives.
pub(super) fn result(
    qualified: Option<&str>,
    object: Option<&Value>,
    method: Option<&str>,
    given: &[Given],
    reached: bool,
) -> Value {
    let values: Vec<Value> = given.iter().map(|given| given.value.clone()).collect();
    if let Some(value) = qualified.and_then(|name| of_library(name, &values)) {
        return value;
    }
    if let Some(value) = object.zip(method).and_then(|(object, method)| of_method(object, method, &values)) {
        return value;
    }
    // Where it did its work already, what it answers is no verdict.
    let about = if reached || is_trivial(qualified, method) {
        Vec::new()
    } else {
        Value::verdict(object.into_iter().chain(&values), Harms::ALL).about
    };
    let made = match qualified {
        Some(name) if name.ends_with("()") => Value::unknown(),
        Some(name) => Value::named(&format!("{name}()")),
        None => Value::unknown(),
    };
    Value { about, ..made }
}

fn of_library(name: &str, values: &[Value]) -> Option<Value> {
    let first = || values.first().cloned().unwrap_or_else(Value::unknown);
    Some(match name {
        "require" | "import" => {
            let module = values.first()?.as_literal()?.to_owned();
            Value::named(module.strip_prefix("node:").unwrap_or(&module))
        }
        "util.promisify" | "promisify" | "util.default.promisify" | "Object.assign" | "dict" => first(),
        "os.path.join" | "path.join" | "path.posix.join" | "posixpath.join" | "path.resolve" => joined(values, "/"),
        "::/" | "/" => {
            let value = joined(values, "/");
            Value { shape: Shape::Named("pathlib.Path()".into()), ..value }
        }
        "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "anyio.Path" | "aiofiles.Path" => {
            Value { shape: Shape::Named("pathlib.Path()".into()), ..joined(values, "/") }
        }
        "os.path.basename" | "path.basename" | "werkzeug.utils.secure_filename" | "posixpath.basename" => {
            first().ending(Harms::PATH)
        }
        "path.relative" => {
            let about = Value::verdict(values, Harms::PATH).about;
            Value { about, ..Value::with_taints_of(values) }
        }
        "os.path.relpath" | "os.path.commonpath" | "os.path.commonprefix" => Value::verdict(values, Harms::PATH),
        "json.dumps" | "JSON.stringify" | "repr" => {
            Value::with_taints_of(values).ending(Harms::CODE.and(Harms::URL).and(Harms::PATH).and(Harms::TEMPLATE))
        }
        "urllib.parse.urljoin" => first().join(&Value::with_taints_of(values)),
        "re.sub" => {
            let subject = values.get(2).cloned().unwrap_or_else(Value::unknown);
            if cleans(values.first()?) { subject.ending(Harms::ALL) } else { subject }
        }
        _ if KEEPING.contains(&name) => {
            if values.len() == 1 {
                first()
            } else {
                Value::with_taints_of(values)
            }
        }
        _ => return None,
    })
}

fn of_method(object: &Value, method: &str, values: &[Value]) -> Option<Value> {
    if let ("get" | "pop", Shape::Arguments(_) | Shape::Fields(_)) = (method, &object.shape) {
        let key = values.first()?.as_literal()?;
        let found = object.field(key);
        return Some(values.get(1).map_or(found.clone(), |default| found.join(default)));
    }
    let all = || std::iter::once(object).chain(values);
    let is_path = object.name().is_some_and(|named| named.starts_with("pathlib.Path()"));
    Some(match method {
        "joinpath" => {
            let parts: Vec<Value> = all().cloned().collect();
            Value { shape: object.shape.clone(), ..joined(&parts, "/") }
        }
        // `" ".join(parts)` and `parts.join(" ")`.
        "join" => match (&object.shape, values.first().map(|value| &value.shape)) {
            (Shape::Items(items), _) => joined(items, values.first().and_then(Value::as_literal).unwrap_or(",")),
            (_, Some(Shape::Items(items))) => joined(items, object.as_literal().unwrap_or(" ")),
            _ => Value::with_taints_of(&all().cloned().collect::<Vec<_>>()),
        },
        "format" => filled(object, values, '{'),
        "%" => filled(object, values, '%'),
        "replace" | "replaceAll" | "translate" if object.is_tainted() => {
            if values.first().is_some_and(cleans) {
                object.clone().ending(Harms::ALL)
            } else {
                object.clone()
            }
        }
        "replace" | "replaceAll" => {
            let parts: Vec<Value> = all().cloned().collect();
            Value::with_taints_of(&parts)
        }
        "startswith" | "startsWith" => starts_with(object, values),
        "endswith" | "endsWith" | "is_absolute" | "exists" | "is_file" | "is_dir" | "has" | "includes" | "indexOf" => {
            contains(object, method, values)
        }
        "is_relative_to" => Value::verdict(all(), Harms::PATH.and(Harms::OPTION)),
        "test" | "match" | "fullmatch" | "search" | "exec" if all().any(Value::is_tainted) => {
            let pattern = all().find(|value| !value.is_tainted()).map_or("", |value| &value.text);
            // Which protocol an address has says nothing about where it leads.
            let harms = if pattern.starts_with("^http") { Harms::NONE } else { Harms::ALL };
            Value::verdict(all(), harms)
        }
        "model_dump" | "dict" if matches!(object.shape, Shape::Arguments(_)) => object.clone(),
        _ if TRIMMING.contains(&method) && (object.is_tainted() || is_path) => object.clone(),
        _ if PARTS.contains(&method) && object.is_tainted() => {
            Value::items(vec![Value::with_taints_of(std::slice::from_ref(object))])
        }
        _ if PIECES.contains(&method) && object.is_tainted() => {
            Value { shape: object.shape.clone(), ..Value::with_taints_of(std::slice::from_ref(object)) }
        }
        _ => return None,
    })
}

/// `address.startswith("https://api.example.com/")`: harmless from then on. With a root or a protocol alone it says nothing.
fn starts_with(object: &Value, values: &[Value]) -> Value {
    let beginning = values.first().and_then(Value::as_literal).unwrap_or("\u{2}");
    let harms = match beginning {
        "/" | "~" | "" | "." | "./" => Harms::NONE,
        ".." | "-" | "--" => Harms::PATH.and(Harms::OPTION),
        _ if beginning.ends_with("://") || "https:".starts_with(beginning) => Harms::NONE,
        _ => Harms::PATH.and(Harms::URL).and(Harms::OPTION),
    };
    Value::verdict([object], harms)
}

/// `ALLOWED.includes(name)`, `path.includes("..")`. That a file is there says nothing.
fn contains(object: &Value, method: &str, values: &[Value]) -> Value {
    if !matches!(method, "has" | "includes" | "indexOf") {
        return Value::unknown();
    }
    if object.is_tainted() {
        return Value::verdict([object], values.first().map_or(Harms::NONE, denied));
    }
    Value::verdict(values, Harms::ALL)
}

/// Whether what is replaced is what does harm: quotes, shell characters, steps upwards, everything but some characters.
fn cleans(pattern: &Value) -> bool {
    pattern.as_literal().is_none_or(|pattern| {
        pattern.starts_with("[^")
            || pattern.contains(['\'', '"', '`', ';', '&', '|', '$', '\\', '<', '>', '/'])
            || pattern.contains("..")
    })
}

fn joined(values: &[Value], between: &str) -> Value {
    let mut parts = Vec::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 && !between.is_empty() {
            parts.push(Value::literal(between));
        }
        parts.push(Value { shape: Shape::Other, ..value.clone() });
    }
    Value::build(&parts)
}

/// A template with its places filled: `"ping {}".format(host)`, `"ping %s" % host`.
fn filled(template: &Value, values: &[Value], sign: char) -> Value {
    let whole: Vec<Value> = std::iter::once(template).chain(values).cloned().collect();
    let mut text = String::new();
    let mut given = values.iter();
    let mut used = Vec::new();
    let mut rest = template.text.chars();
    let mut any_tainted = false;
    while let Some(c) = rest.next() {
        if c != sign {
            text.push(c);
            continue;
        }
        let place: String = if sign == '{' {
            rest.by_ref().take_while(|c| *c != '}').collect()
        } else {
            rest.next().map(String::from).unwrap_or_default()
        };
        // Places with a name, and numbers, are filled with something that only all values together tell.
        match (place.as_str(), given.next()) {
            ("%", _) => text.push('%'),
            (_, Some(value)) if !matches!(place.as_str(), "d" | "f" | "i") => {
                any_tainted |= value.is_tainted();
                used.push(value.clone());
                text.push_str(&value.text);
            }
            _ => text.push(UNKNOWN),
        }
    }
    let taints_of = if used.is_empty() { &whole[..1] } else { &whole[..] };
    let filled = Value::with_taints_of(taints_of);
    let text: Rc<str> = if any_tainted || !filled.is_tainted() { text.into() } else { TAINTED.to_string().into() };
    Value { text, ..filled }
}

/// Whose answer is no verdict on whether an argument does harm.
fn is_trivial(qualified: Option<&str>, method: Option<&str>) -> bool {
    const FUNCTIONS: &[&str] = &[
        "len",
        "isinstance",
        "type",
        "bool",
        "Boolean",
        "Array.isArray",
        "int",
        "float",
        "Number",
        "parseInt",
        "parseFloat",
        "print",
        "hasattr",
        "getattr",
        "callable",
        "id",
        "repr",
    ];
    const BEGINNINGS: &[&str] =
        &["os.path.", "os.", "fs.", "fs/promises.", "console.", "logging.", "logger.", "pathlib.", "math.", "Math."];
    const METHODS: &[&str] = &[
        "exists",
        "is_file",
        "is_dir",
        "isFile",
        "isDirectory",
        "info",
        "debug",
        "warning",
        "warn",
        "error",
        "log",
        "exception",
        "append",
        "push",
        "add",
        "extend",
        "set",
    ];
    let qualified = qualified.unwrap_or_default();
    FUNCTIONS.contains(&qualified)
        || BEGINNINGS.iter().any(|beginning| qualified.starts_with(beginning))
        || method.is_some_and(|method| METHODS.contains(&method))
}
