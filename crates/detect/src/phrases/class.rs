//! Classes of words that rules are made of. A word may be in several.

/// A set of classes.
pub(super) type Classes = u128;

macro_rules! classes {
    ($(#[$first:meta] $name:ident)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "counts the classes in order")]
        #[allow(dead_code, reason = "only the positions are used")]
        enum Position { $($name),* }
        $(#[$first] pub(super) const $name: Classes = 1 << Position::$name as u32;)*
    };
}

classes! {
    /// Denies what follows: not, never, without.
    NEGATION
    /// Tells somebody something.
    TELL
    /// Tells somebody something that could be kept back.
    HUSH
    /// The person the model works for.
    USER
    /// So that nobody notices.
    COVERT
    /// Fixed phrases by which the user must not know.
    SECRECY
    /// What the user reads of the model: your answer.
    REPLY
    /// Leaves something out.
    OMIT
    /// Says what is not true.
    LIE
    /// Sets a rule aside.
    SET_ASIDE
    /// Given before: earlier, original, of the system.
    EARLIER
    /// What the model goes by.
    RULES
    /// The rules that the model has, in one phrase: your instructions.
    OWN_RULES
    /// Says of a rule that it holds no more.
    VOID
    /// Ranks one above another.
    RANK
    /// Acts as told.
    OBEY
    /// The text at hand, its tool, server or author.
    THIS
    /// Of the server: our, us.
    OURS
    /// Takes another role.
    BECOME
    /// Has power: root, owner.
    POWER
    /// Free of every rule.
    LAWLESS
    /// The model is spoken to.
    YOU
    /// Sends something, or puts it where it is sent.
    SEND
    /// Reads or gathers something.
    COLLECT
    /// What opens doors: credentials, keys and the files that hold them.
    SECRET
    /// What was said, and what the model was told.
    TALK
    /// What belongs to a person.
    PERSONAL
    /// Numbers and papers that a person is known by.
    IDENTITY
    /// Gives out what is there.
    DISCLOSE
    /// All of it.
    WHOLE
    /// Somebody outside.
    OUTSIDE
    /// Who takes what is not theirs.
    VILLAIN
    /// Where arguments go: parameter, field.
    SLOT
    /// Turns up: is mentioned, appears.
    OCCURS
    /// For all time: from now on, in each session.
    LASTING
    /// A verb in the form of an order.
    DO
    /// Besides the task: before, after or with each use.
    BESIDE
    /// Runs a tool or a command.
    CALL
    /// Destroys, as an order.
    DESTROY
    /// What is destroyed: backups, logs, folders.
    ASSET
    /// Switches off, as an order.
    DISABLE
    /// What protects: firewall, tests, verification.
    PROTECTION
    /// What outlives the task: start-up files.
    FOOTHOLD
    /// Chooses.
    PREFER
    /// One thing rather than another: over, instead of.
    OVER
    /// The others.
    RIVAL
    /// Tools, servers and what they are called.
    TOOL
    /// Finds fault with something.
    DISPARAGE
    /// First of all.
    FIRST
    /// Brings everything to one place.
    HERE
    /// What the user has to say to it: approval, confirmation.
    CONSENT
    /// Does without.
    SKIP
    /// Takes for granted.
    ASSUME
    /// At once, by itself.
    UNASKED
    /// Even if the user says no.
    DEFY
    /// Changes a value.
    ALTER
    /// A value that matters: recipient, amount.
    STAKE
    /// Who gets the money or the message.
    PAYEE
    /// Puts one in the place of another.
    SWAP
    /// Where commands run.
    SHELL
    /// Behind the back of who asked: whatever was given, before you submit.
    TWIST
    /// What was found and is shown: results, reviews.
    RESULT
    /// Shows what was found.
    PRESENT
    /// On a condition: if, when.
    CONDITION
    /// Somebody asks.
    ASK
    /// Without time to think, or with a threat.
    PRESSURE
    /// Somebody whom one obeys.
    AUTHORITY
    /// Marks that pose as a role.
    TAG
    /// Speaks of looking for such texts, or of keeping things safe.
    PROTECT
}
