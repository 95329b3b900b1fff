//! What can be wrong with a server apart from its definitions.

/// A guard that is turned off, or something that the server does wrong whatever its tools are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// Shows its lists to everybody, although calls need a token.
    ListsOpen,
    /// Takes any bearer token for a valid one.
    AnyBearer,
    /// Takes the beginning of its token for the whole.
    TokenPrefix,
    /// Answers for prompts without a token.
    PromptsUnguarded,
    /// Executes messages in the query of a GET.
    MessagesOverGet,
    /// Answers under the number 1 whatever text the id was.
    LosesTextIds,
    /// Shows a widespread client another description.
    OtherFace,
    /// Stays when its input ends.
    OutlivesInput,
    /// Takes a token after its end.
    ExpiredAccepted,
    /// Takes a token that was issued for another server.
    ForeignAccepted,
    /// Issues tokens for a month.
    LongLivedTokens,
    /// Lets any user go on with a session.
    SessionsUnbound,
    /// Reads a resource for whoever knows its address.
    PrivateReadable,
    /// Runs a tool for whoever knows its name.
    HiddenCallable,
    /// Shows a task to whoever knows its id.
    TasksOpen,
    /// Takes the state of a call from any user.
    StateOfAnybody,
    /// Takes the state of a call for that of any other.
    StateForAnyTool,
    /// Goes on with the list of its owner, whoever comes with a cursor.
    CursorOfOwner,
    /// Looks at the arguments of a call before the scope of its token.
    ScopeAfterArguments,
    /// Answers a token without the scope as if it were invalid.
    ScopeAsInvalid,
    /// Leaves out its last tool each other time that another user lists them.
    UnsteadyForSecond,
    /// Leaves out its last tool each other time that anybody lists them.
    UnsteadyLists,
    /// Fails on each second list.
    FailsAtTimes,
    /// Lets in each second request that has no valid token.
    GuardsAtTimes,
    /// Complains about arguments in other words each second time.
    UnsteadyErrors,
    /// Adds a turn of the assistant to each second answer with a prompt.
    UnsteadyPrompts,
    /// Shows the same page at each second path that it does not know.
    UnsteadyPages,
    /// Sends each second request for authorization to a login page.
    UnsteadyAuthorization,
    /// Answers each second request that is over its limit.
    UnsteadyLimit,
    /// Presents itself under another version each second time.
    UnsteadyVersion,
    /// Compares the claims of a token and not its signature.
    UnverifiedJwt,
    /// Serves the same at `/sse` without a guard.
    UnguardedTwin,
    /// Lets in whoever claims by a header to call from this machine.
    ForwardedForSuffices,
    /// Looks at the token of a session only when it is opened.
    SessionSuffices,
    /// Takes the token from the query as well.
    TokenInUrl,
    /// Refuses a token with the status of success.
    RefusesWithSuccess,
    /// Repeats the token that it refuses.
    RefusalEchoes,
    /// Sends callers without a token to the login page of another host.
    LoginRedirect,
    /// Does not say where a token comes from. Its origin answers all the same, as 2025-03-26 has it.
    NoResourceMetadata,
    /// Publishes resource metadata that names no resource.
    NamelessResource,
    /// Publishes resource metadata of another resource.
    ForeignResource,
    /// Names an issuer without encryption.
    PlainIssuer,
    /// Asks for a scope that allows everything.
    OmnibusScope,
    /// Does not look at `Origin`.
    OriginUnchecked,
    /// Does not look at `Origin` in the protocol with sessions.
    LegacyOriginUnchecked,
    /// Does not look at `Host`.
    HostUnchecked,
    /// Allows every origin that asks to read answers with credentials.
    OriginReflected,
    /// Takes JSON in any content type.
    AnyContentType,
    /// Counts its sessions and uses the number as the id.
    NumberedSessions,
    /// Adopts the session id that comes with `initialize`.
    AdoptedSessions,
    /// Confirms the end of a session and forgets it.
    ImmortalSessions,
    /// Does not compare headers and body.
    HeadersUnchecked,
    /// Does not compare the headers that repeat parameters with these.
    ParametersUnchecked,
    /// Shows its configuration and its metrics to everybody.
    DeveloperPages,
    /// Shows the same page at every path.
    OnePageForAll,
    /// Takes any protocol revision.
    AnyRevision,
    /// Answers each message of a batch.
    AnswersBatches,
    /// Executes messages that are JSON and no JSON-RPC.
    LooseMessages,
    /// Answers without a handshake.
    NoHandshake,
    /// Takes a cursor that it never gave out for the beginning.
    AnyCursor,
    /// Fails on a body that is no JSON.
    FailsOnMalformedJson,
    /// Lets its lists be kept for a month.
    KeptForAMonth,
    /// Leaves out how long a list may be kept.
    NoCacheHints,
    /// Shows more to a client that calls itself an administrator.
    TrustsClientName,
    /// Calls tools with whatever arguments come.
    SchemaUnchecked,
    /// Repeats arguments in errors, as they came.
    EchoesArguments,
    /// Shows a stack trace when arguments are invalid.
    StackTraces,
    /// Answers an unknown tool with success.
    UnknownToolSucceeds,
    /// Answers an unknown resource with an empty success.
    UnknownResourceSucceeds,
    /// Reads any file that an address names as a resource.
    ReadsAnyFile,
    /// Lets an argument of a prompt speak as the assistant.
    EscapingArguments,
    /// Writes something else into its first description at each listing.
    VariesByList,
    /// Lists its prompts in a message that is nested a hundred levels deep.
    DeepList,
    /// Always has one more page of tools.
    EndlessPages,
    /// Answers a call with events, and never with a result.
    EndlessStream,
    /// Answers each call, and each answer to that, with the wish for another round.
    EndlessRounds,
    /// Hands out a state that anybody can read and change.
    ReadableState,
    /// Keeps the arguments of a call under its number, which clients choose.
    SharedArguments,
    /// Never finishes a task, and keeps it for ever.
    EndlessTasks,
    /// Works on one request after the other, and takes its time for a call.
    OneAtATime,
    /// Opens as many streams as it is asked for.
    UnlimitedStreams,
    /// Opens as many sessions as it is asked for.
    UnlimitedSessions,
    /// Reads messages of any size.
    AnySize,
    /// Counts callers by the address that they name.
    TrustsForwardedFor,
    /// Agrees to TLS 1.0 and 1.1.
    OldTls,
    /// Announces a message endpoint at another host.
    ForeignEndpoint,
    /// Lets anybody resume any stream.
    ReplaysToAnybody,
    /// Listens on every interface of the machine.
    AllInterfaces,
    /// Opens a port for the network beside its pipes.
    ListensToNetwork,
    /// Opens a port for this machine beside its pipes.
    ListensToMachine,
    /// Connects to the internet as it starts.
    ContactsInternet,
    /// Does so as well, unless it was asked not to.
    CountsUsers,
    /// Prints a key to standard error.
    LogsSecret,
    /// Prints a banner to standard output.
    Banner,
}
