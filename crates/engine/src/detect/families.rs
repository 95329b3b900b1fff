//! The word patterns of the text detector: nine families, in English and as translated word lists.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};

use super::text::Family::{
    self, Authority, Concealment, NewRole, Order, Override, Precedence, Pressure, SensitiveObject, Sink,
};

/// A pattern over lower-case text, and words of which one must be there before it is tried. `.` is a byte: the
/// distances of scripts with longer characters are longer.
struct Pattern {
    family: Family,
    triggers: &'static [&'static str],
    regex: Regex,
}

type Source = (Family, &'static [&'static str], &'static str);

const ENGLISH: &[Source] = &[
    (
        Override,
        &["ignor", "disregard", "forget", "overrid", "bypass"],
        r"\b(ignor(e|ing)|disregard(ing)?|forget|overrid(e|es|ing)|bypass(ing)?)\b.{0,40}?\b(previous|prior|above|earlier|all|any|system|safety|other|existing|original)\b.{0,30}?\b(instruction|prompt|rule|message|guideline|polic(y|ie)|context|directive|constraint|restriction)s?\b",
    ),
    // The same aimed at what keeps the model safe.
    (
        Override,
        &["ignor", "bypass", "disabl", "skip", "circumvent", "overrid"],
        r"\b(ignor(e|es|ing)|bypass(es|ing)?|disabl(e|es|ing)|skip(s|ping)?|circumvent(s|ing)?|overrid(e|es|ing))\b.{0,30}?\b(safety|security|content|trust|validation|moderation)\b.{0,30}?\b(restriction|check|filter(ing)?|control|guideline|polic(y|ie)|validation|sanitization|measure|rule|protocol)s?\b",
    ),
    (
        Concealment,
        &["do not", "don't", "never", "without", "must not", "should not", "not to", "avoid"],
        r"\b(do not|don't|never|without|must not|should not|not to|avoid)\b.{0,30}?\b(tell|mention|inform|reveal|notify|show|disclose|let|alert|expose)\w*\b.{0,40}?\b(users?|humans?|anyone|them|person|people|operators?)\b",
    ),
    (
        Concealment,
        &["do not mention", "don't mention", "never mention", "secretly", "silently", "covertly", "without mentioning"],
        r"\b(do not|don't|never|without) mention(ing)?\b|\b(secretly|silently|covertly)\b.{0,20}?\b(read|send|include|call|copy|forward|append|collect|access|upload|exfiltrate|execute)\b",
    ),
    (
        Order,
        &["before", "prior to", "after", "whenever", "every time", "each time", "always", "first", "when using"],
        r"\b(before|prior to|after|whenever|every time|each time|always|first|when using)\b.{0,60}?\b(call|use|using|invoke|run|execute|read|send|include|pass|access|attach|bcc|change|modify|replace|rewrite)\b",
    ),
    // Addressed to the model: a tool's description has no duties to give.
    (
        Order,
        &["you must", "you should", "you need to", "you have to"],
        r"\byou (must|should|need to|have to)( (also|first|then|always|automatically|immediately)){0,2} (call|use|invoke|run|execute|read|send|include|pass|access|attach|change|modify|replace|rewrite|delete|remove|redirect|update|add)\b",
    ),
    (
        SensitiveObject,
        &[
            "~/.",
            ".ssh",
            "id_rsa",
            ".env",
            "/etc/",
            ".aws",
            "mcp.json",
            "api",
            "password",
            "credential",
            "private key",
            "history",
            "conversation",
            "system prompt",
            "previous messages",
            ".bashrc",
            ".zshrc",
            "crontab",
            "rm -rf",
        ],
        r"~/\.|\.ssh|id_rsa|\.env\b|/etc/(passwd|shadow)|\.aws|mcp\.json|\bapi[_ -]?keys?\b|\bpasswords?\b|\bcredentials?\b|private key|(conversation|chat|message) (history|context)|system prompt|previous messages|\.(bash|zsh)rc\b|\bcrontab\b|\brm -rf\b",
    ),
    (
        Sink,
        &["send", "post", "upload", "forward", "include", "append", "pass", "embed", "attach", "bcc", "put", "provide"],
        r"\b(send|post|upload|forward|include|append|pass|embed|attach|bcc|put|provide)\b.{0,60}?\b(to|in|as|into)\b.{0,40}?(https?://|@|parameter|argument|sidenote|\bnotes?\b|metadata|query)",
    ),
    // Told as a fact, or done by a program.
    (
        Sink,
        &[
            "sent",
            "sends",
            "send",
            "forward",
            "transmit",
            "stream",
            "upload",
            "shared",
            "synced",
            "export",
            "leak",
            "exfiltrat",
            "curl ",
            "wget ",
            "| ",
        ],
        r"\b(sent|sends?|forward(s|ed)?|transmit(s|ted)?|stream(s|ed)?|upload(s|ed)?|shared|synced|export(s|ed)?|leak(s|ed)?|exfiltrate[sd]?)\b.{0,60}?\b(to|with|at)\b.{0,30}?\b(external|remote|third[- ]part(y|ies)|attacker|another server|our (own )?([a-z]+ ){0,2}(server|team|endpoint|analytics)|partners)\b|\b(curl|wget) .{0,60}?https?://|\| *(nc|netcat|bash|sh)\b",
    ),
    (
        Authority,
        &["<", "[system]", "[inst]", "[admin]", "system", "assistant", "developer"],
        r"<\s*/?\s*(important|system|secret|instructions?|admin|hidden)[^>]{0,30}>|\[(system|inst|admin)\]|<\|im_|<<sys>>|(?m:^)[ \t]*(system|assistant|developer)[ \t]*:",
    ),
    // Labels that claim a rank above the text around them.
    (
        Authority,
        &["directive", "instruction", "override", "command"],
        r"[\[|*#=]\s*(system|admin|hidden|developer|root|internal|emergency|metadata|configuration|secret|security|priority)[ _-](level )?(directive|instruction|override|command)s?\b|\b(system|admin|security|safety|instruction|developer)[ _](override|directive)s?( [a-z]+)?\s*:",
    ),
    (
        NewRole,
        &["you are now", "enter ", "new instructions", "act as", "pretend", "jailbreak"],
        r"\b(you are now|enter (developer|admin|god|debug) mode|new instructions|act as ?:|act as (an? |the )?(system|admin|root|unrestricted|developer)|pretend (to be|you are)|jailbreak mode)",
    ),
    (
        Pressure,
        &["mandatory", "must always", "critical", "crucial", "important"],
        r"\b(mandatory|must always|critical(ly)?|crucial|important)\b",
    ),
    (
        Precedence,
        &["instead of", "rather than", "before any other", "in place of", "always use this"],
        r"\b(instead of|rather than|before any other|in place of)\b.{0,40}?\b(tools?|servers?)\b|\balways use this\b",
    ),
];

const TRANSLATED: &[Source] = &[
    // German.
    (
        Override,
        &["ignorier", "missacht", "vergiss", "vergessen", "übergeh", "umgeh", "überschreib"],
        r"(ignorier|missacht|vergiss|vergessen|übergeh|umgeh|überschreib)\w*.{0,40}?(vorherig|vorig|bisherig|vorangegang|obig|früher|alle|system|ander)\w*.{0,30}?(anweisung|regel|vorgabe|instruktion|richtlinie|prompt|nachricht)",
    ),
    (
        Concealment,
        &["nutzer", "anwender"],
        r"\b(sag|erwähn|verrat|zeig|informier|erzähl|melde|teil)\w*.{0,40}?(nutzer|anwender)\w*.{0,40}?\b(nicht|nichts|nie|niemals)\b|\b(sag|erwähn|verrat|zeig|informier|erzähl|melde|teil)\w*.{0,30}?\b(nicht|nichts|nie|niemals)\b.{0,40}?(nutzer|anwender)|\b(ohne|nicht|niemals|keinesfalls)\b.{0,40}?(nutzer|anwender)\w*.{0,40}?(sagen|erwähn|mitzuteil|mitteil|zeig|verrat|informier|benachrichtig)",
    ),
    (
        SensitiveObject,
        &["passwort", "zugangsdaten", "passwörter", "gesprächsverlauf", "systemprompt"],
        r"passwort|passwörter|zugangsdaten|gesprächsverlauf|systemprompt",
    ),
    // French.
    (
        Override,
        &["ignor", "oubli", "néglig", "contourn"],
        r"\b(ignor|oubli|néglig|contourn)\w*.{0,40}?((instruction|consigne|règle|directive|message)s?.{0,30}?(précédent|antérieur|ci-dessus|système|initial)|(toute|tous|précédent).{0,30}?(instruction|consigne|règle|directive|message)s?\b)",
    ),
    (
        Concealment,
        &["utilisateur", "usager"],
        r"\b(ne|n'|sans)\b.{0,20}?(dis|dites|dire|mention|révél|inform|montr|parl|signal|averti|préveni).{0,40}?(utilisateur|usager)|\b(ne|n').{0,20}?(utilisateur|usager)\w*.{0,30}?\b(pas|jamais|rien)\b",
    ),
    (
        SensitiveObject,
        &["mot de passe", "mots de passe", "identifiants"],
        r"mots? de passe|identifiants de connexion|historique (de la conversation|des messages)",
    ),
    // Spanish.
    (
        Override,
        &["ignor", "olvid", "omit", "descart"],
        r"\b(ignor|olvid|omit|descart)\w*.{0,40}?((instrucci|regla|indicaci|mensaje|directri)\S*.{0,30}?(anterior|previ|del sistema)|(toda|todo|cualquier|anterior|previ).{0,30}?(instrucci|regla|indicaci|mensaje|directri))",
    ),
    (
        Concealment,
        &["usuario", "nadie"],
        r"\b(no|nunca|sin)\b.{0,25}?(diga|decir|mencion|revel|inform|muestr|mostr|cuent|notifi|avis).{0,40}?(usuario|nadie)",
    ),
    (SensitiveObject, &["contrase", "credenciales"], r"contraseñ|credenciales|historial de (la conversaci|chat)"),
    // Portuguese.
    (
        Override,
        &["ignor", "esque", "desconsider", "descart"],
        r"\b(ignor|esqueç|esquec|desconsider|descart)\S*.{0,40}?((instruç|instruc|regra|mensagen|orientaç|diretriz)\S*.{0,30}?(anterior|prévi|previ|do sistema)|(toda|todo|qualquer|anterior|prévi).{0,30}?(instruç|instruc|regra|mensagen|orientaç|diretriz))",
    ),
    (
        Concealment,
        &["usuário", "usuario", "utilizador", "ninguém"],
        r"(\bnão|\bnao|\bnunca|\bsem)\b.{0,25}?(diga|dizer|conte|contar|mencion|revel|inform|mostr|avis).{0,40}?(usuário|usuario|utilizador|ninguém)",
    ),
    (SensitiveObject, &["senha", "credenciais"], r"\bsenhas?\b|credenciais|histórico (da conversa|de mensagens)"),
    // Chinese.
    (
        Override,
        &["忽略", "无视", "忘记", "忘掉", "绕过", "覆盖", "不要理会", "忽視", "無視"],
        r"(忽略|无视|忘记|忘掉|绕过|覆盖|不要理会|忽視|無視).{0,60}?(之前|以前|先前|上面|以上|前面|所有|全部|任何|系统|系統).{0,60}?(指令|指示|提示|规则|規則|说明|消息|约束)",
    ),
    (
        Concealment,
        &["用户", "使用者", "任何人", "用戶"],
        r"(不要|请勿|切勿|不得|不能|无需|別|别|勿).{0,45}?(告诉|告知|提及|透露|通知|显示|提到|泄露|告訴).{0,60}?(用户|使用者|任何人|用戶)|(不要|请勿|切勿|不得|別|别|勿).{0,20}?(让|向|对|讓|對).{0,20}?(用户|使用者|任何人|用戶).{0,40}?(知道|提及|透露|说|显示|发现|泄露)",
    ),
    (
        SensitiveObject,
        &["密码", "密钥", "私钥", "凭据", "凭证", "系统提示", "聊天记录", "对话历史"],
        r"密码|密钥|私钥|凭据|凭证|系统提示词|聊天记录|对话历史",
    ),
    // Japanese.
    (
        Override,
        &["無視", "忘れ", "破棄"],
        r"(以前|これまで|前|上記|すべて|全て|システム).{0,60}?(指示|命令|ルール|プロンプト|規則|メッセージ).{0,40}?(無視|忘れ|破棄)",
    ),
    (
        Concealment,
        &["ユーザー", "利用者", "使用者", "ユーザ"],
        r"(ユーザー?|利用者|使用者).{0,75}?(言わ|伝え|知らせ|見せ|明かさ|教え|報告し|通知し|話さ|気づか|開示し).{0,12}?(ない|ず|な)",
    ),
    (
        SensitiveObject,
        &["パスワード", "秘密鍵", "認証情報", "会話履歴"],
        r"パスワード|秘密鍵|認証情報|会話履歴|システムプロンプト",
    ),
    // Russian.
    (
        Override,
        &["игнорир", "забуд", "отбрось", "пренебре", "обойди"],
        r"(игнорир|забуд|отбрось|пренебре|обойди).{0,80}?(предыдущ|прежн|прошл|все|систем|выше).{0,80}?(инструкци|указани|правил|сообщени|подсказ|промпт)",
    ),
    (
        Concealment,
        &["пользовател", "никому"],
        r"(не|никогда|без) .{0,40}?(говори|сообщ|упомина|раскрыва|показыва|уведом|рассказыва|информир).{0,80}?(пользовател|никому)|(не|никогда) .{0,20}?пользовател.{0,60}?(говори|сообщ|упомина|раскрыва|показыва|рассказыва)",
    ),
    (
        SensitiveObject,
        &["парол", "учетные данные", "учётные данные", "закрытый ключ"],
        r"парол|уч(е|ё)тные данные|закрытый ключ|история (чата|переписки)",
    ),
];

/// Patterns, and a search that says which of them can match at all.
struct Patterns {
    all: Vec<Pattern>,
    triggers: AhoCorasick,
    /// The pattern that each trigger belongs to.
    of_trigger: Vec<usize>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let compile = |&(family, triggers, source): &Source| Pattern {
        family,
        triggers,
        regex: RegexBuilder::new(source).unicode(false).dot_matches_new_line(true).build().expect("a fixed pattern"),
    };
    let patterns: Vec<Pattern> = ENGLISH.iter().chain(TRANSLATED).map(compile).collect();
    let of_trigger =
        patterns.iter().enumerate().flat_map(|(index, pattern)| pattern.triggers.iter().map(move |_| index)).collect();
    let words = patterns.iter().flat_map(|pattern| pattern.triggers);
    let triggers = AhoCorasick::new(words).expect("fixed words");
    Patterns { all: patterns, triggers, of_trigger }
});

/// Matches of one pattern that are looked at; what is beyond changes no verdict.
const MATCHES_PER_PATTERN: usize = 256;

/// Every match of every family in lower-case text, in no particular order.
pub(super) fn matches(text: &str) -> Vec<(Family, Range<usize>)> {
    let known = &*PATTERNS;
    let mut possible = vec![false; known.all.len()];
    for trigger in known.triggers.find_overlapping_iter(text) {
        possible[known.of_trigger[trigger.pattern().as_usize()]] = true;
    }
    let candidates = known.all.iter().zip(possible).filter_map(|(pattern, possible)| possible.then_some(pattern));
    candidates
        .flat_map(|pattern| {
            let found = pattern.regex.find_iter(text.as_bytes()).take(MATCHES_PER_PATTERN);
            found.map(|found| (pattern.family, found.range()))
        })
        .collect()
}
