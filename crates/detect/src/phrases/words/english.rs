//! English.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::super::class::*;
use super::Language;

pub(super) const ENGLISH: &Language = &[
    (NEGATION, "not, don't, doesn't, never, no, cannot, can't, won't, shouldn't, mustn't, refrain*, avoid*"),
    (
        HUSH,
        "tell, telling, mention, mentioning, inform, informing, reveal, revealing, disclose, disclosing, divulge, admit, admitting, let slip, breathe a word",
    ),
    (NEGATION | SKIP, "without, do not, no need to, there is no need, not necessary to"),
    (
        TELL,
        "tell, tells, telling, told, mention*, inform, informs, informing, reveal*, notify*, disclos*, divulg*, alert, alerting, state, stating, bring up, bringing up, admit*, talk about, speak of, let, letting, show, showing, discuss*, announc*, hint*, acknowledg*, report back",
    ),
    (
        USER,
        "client, clients, listener*, guest, guests, passenger*, traveller*, shopper*, visitor*, patient*, reader, readers, recipient's, applicant*, participant*, whoever asked, account holder*, end user*, requester*, user, users, user's, human, humans, person, people, caller, callers, customer, customers, anyone, anybody, someone, somebody, nobody, no one, operator, them, author, developer, everyone",
    ),
    (
        COVERT,
        "silently, quietly, secretly, covertly, discreetly, stealthily, unnoticed, surreptitiously, invisibly, behind the scenes, in secret, on the quiet, without notice, without mentioning, without telling, without saying, without disclosing, without revealing, without notifying, without informing, without drawing attention, inconspicuously, under the radar",
    ),
    (
        SECRECY,
        "no point in talking about, no point in mentioning, off the record, no hint of, give the impression, gives the impression, change the subject, would only be confused, before telling, not be told, must not be told, need not be told, should not be told, is not to be told, must not hear, nothing to do with the user, kept in the dark, keep the user in the dark, is forbidden to mention, out of the user's sight, out of sight of, never comes up, do not bring this up, never bring this up, without drawing, between us, between you and me, unbeknownst, unaware, none the wiser, our secret, our little secret, leave no trace, without leaving a trace, no trace of, without the user knowing, without the user noticing, without their knowledge, without the user's knowledge, without the knowledge of, without them knowing, without them noticing, without anyone noticing, without anyone knowing, find out about this, must not know, must not notice, must not learn, must not find out, must never know, must never learn, should not know, should not notice, should never know, should never learn, not need to know, doesn't need to know, need not know, needs to know about this, behind the user's back, behind their back, as if nothing had happened, as if nothing else had happened, as if nothing happened, pretend nothing, say nothing about, say nothing of, say not a word, not a word about, keep it to yourself, keep this to yourself, keep quiet about, stay silent about, remain silent about, keep it out of, keep this out of, keep them out of, keep that out of, hide this from, hide it from, conceal this from, conceal it from, keep this from the user, keep it from the user, keep this secret, keep it secret, this step is confidential, no need to inform, no need to mention, no need to tell, no need to notify, no need to bring up, no reason to bring up, no reason to mention, no reason to tell, nobody is watching, no one is watching, nobody is looking, no one is looking, away from the user, not part of the visible",
    ),
    (
        REPLY,
        "your answer, your answers, your reply, your replies, your response, your responses, your explanation, your summary, your message, your final answer, your report, your text, the chat",
    ),
    (
        OMIT,
        "omit, omitting, leave out, leaving out, left out, hide, hiding, suppress, suppressing, drop, skip over, filter out, withhold*, conceal*, keep back",
    ),
    (
        LIE,
        "claim, claiming, pretend, pretending, deny, denying, lie, lying, say that, answer that, reply that, respond that, insist that, make up, falsely, a wrong, wrong answer, a false, false answer, under the original, fabricat*, invent, mislead*, as passed, as successful",
    ),
    (
        SET_ASIDE,
        "ignore, ignoring, disregard*, forget, forgetting, override, overriding, overrule, overruling, bypass, bypassing, set aside, setting aside, put aside, lay aside, leave aside, cast aside, brush aside, neglect, dismiss, discard, abandon, stop obeying, stop following, stop heeding, no longer follow, no longer obey, no longer heed, do not follow, don't follow, do not obey, don't obey, do not heed, pay no attention, pay no heed, take no notice, throw out, throw away, nullify, disobey, defy, unlearn, circumvent, break free from, let go of, turn a blind eye to, wipe out, clear your mind of",
    ),
    (
        EARLIER,
        "previous, previously, prior, earlier, above, former, preceding, foregoing, original, initial, so far, up to now, until now, you were given, you were told, you have been given, you have been told, given before, told before, given to you, you received, you have received, you got, at the start, system, developer, existing, other, safety, operator, before",
    ),
    (
        RULES,
        "instruction, instructions, rule, rules, guideline, guidelines, directive, directives, policy, policies, constraint, constraints, restriction, restrictions, guidance, guard rails, guardrails, limitations, prompt, prompts, orders, commands, safeguards, messages, everything, what the operator, what the developer",
    ),
    (
        OWN_RULES,
        "every rule you, any rule you, the rules you, operator's setup, setup message, safety training, your values, your limits, your safety, your guardrails, your directives, constraints mentioned earlier, your system, system prompt, system message, developer message, system instructions, developer instructions, your instructions, your guidelines, your rules, your training, your policies, your programming, your restrictions, your constraints, your principles, your safeguards, your original, your initial, your earlier, safety guidelines, safety rules, safety restrictions, content policy, everything you were told, everything you have been told, what you were told, whatever you were told, all you were told, all you have been told, previous instructions, prior instructions, earlier instructions, all instructions, all rules, everything above, everything before, everything else you",
    ),
    (
        VOID,
        "were a mistake, was a mistake, as deleted, has ended, have ended, is over, are over, was a dream, suspended, count as void, are invalid, is invalid, no longer matter*, no longer exist*, do not count, don't count, are history, can be forgotten, no longer apply, no longer applies, no longer valid, no longer count, no longer counts, no longer hold, no longer holds, no longer bind*, no longer in force, no longer relevant, remain in force, are void, is void, null and void, are lifted, is lifted, are suspended, out of date, have been replaced, has been replaced, are replaced by, is replaced by, are superseded, superseded by, are cancelled, are revoked, have expired, has expired, count for nothing, are obsolete, is obsolete, are withdrawn, not apply any more, not apply anymore, cease to apply",
    ),
    (
        RANK,
        "higher in rank, outrank*, take precedence over, takes precedence over, have precedence over, has precedence over, higher priority than, more important than, above those of, priority over, supersede, supersedes, superseding, overrules, overrides",
    ),
    (
        OBEY,
        "do as they say, do as it says, carry them out, do as told, treat as commands, treat it as a command, act on them, execute them, loyal to, answer only to, serve only, obey, obeying, take orders from, take your orders from, comply with, carry out what, do what, do whatever, submit to, follow only, only follow, listen only to, trust, must follow",
    ),
    (
        THIS,
        "commands for you, as if the user had, as if they came from the user, from your maker, messages tagged, entries, this feed, this server first, this service, this page, it contains, commands in it, returned text, this tool, this server, this text, this description, this note, this function, this one, this plugin, this provider, the tool author, the author of this, the lines below, the text below, what follows, the following lines, the server says, the tool says, the following",
    ),
    (OURS, "our, ours, us"),
    (
        BECOME,
        "drop your, drop the assistant, you shall answer, you answer as, you are the voice, speak for, you serve, your loyalty, regard messages, you work for, you belong to, shed your, leave behind your, forget that you are, imagine all, you have been promoted, your maker, act as, behave as, behave like, think of yourself as, consider yourself, regard yourself as, see yourself as, imagine you are, imagine that you are, your name is, your new name, assume the identity, assume the role, take on the role, take the role, take on the identity, play the role, play the part, pose as, switch into, switch to the role, you are now, you are no longer, you become, you turn into, your new role, your new task, your new purpose, your real purpose, your true purpose, your only task, your only purpose, your job is not, speak as, answer as, respond as, new persona, new identity",
    ),
    (
        POWER,
        "the server owner, your maker, voice of, this server first, in command, in charge, root, administrator, admin, superuser, operator, owner, full rights, full control, full trust, full access, privileged, maintenance, god mode, developer mode, debug mode, agent of, not to assist",
    ),
    (
        LAWLESS,
        "without moral, without morals, without scruples, without inhibitions, no moral, no morals, no reservations, without reservations, no ethics, no boundaries, beyond all rules, above the rules, assistant persona, safety training, no conscience, no taboos, no limits, no restrictions, no rules, no filters, no filter, unfiltered, unrestricted, uncensored, without restrictions, without any restrictions, without limits, without rules, without filters, are off, every request is allowed, everything is allowed, anything goes, no content policy, no safety, not bound by, unbound by, free of any, free from any, jailbroken, answers everything, nothing is forbidden, no guidelines, no policy",
    ),
    (YOU, "agent, agents, assistant, assistants, the model, models, the llm, the ai, you, your, yourself"),
    (
        SEND,
        "carry, carries, carrying, accompan*, filed with, hand that, hand this, end up at, ends up at, goes to, go to, delivered to, reported to, tell us, list them in, feed, feeds, beam, push, pipe, piped, funnel, tuck, drop it, send, sends, sending, sent, forward, forwards, forwarded, forwarding, transmit*, upload, uploads, uploaded, uploading, post, posts, posted, mail, mailed, relay*, ship, shipped, submit, submitted, attach, attached, include, included, append, appended, pass, passes, passed, passing, hand over, hand it over, handed over, hand in, hand it in, hand it to, hand them, handed in, embed, embedded, enclose, enclosed, supply, supplied, deliver, delivered, leak*, exfiltrat*, share, shared, put, insert, paste, copy, copied, encode, dump, stream, streamed, return them, return it, add, write, place, report, expected along, quote",
    ),
    (
        COLLECT,
        "use the bytes, pick up, find out, learn, note down, memorise, memorize, check which, pull, read, reading, collect*, gather, gathers, gathered, gathering, fetch, retrieve, obtain, take, grab, extract, harvest*, scrape, cat, open, look for, look up, search for, find, record, recorded, capture, captured, log, logged, index, indexed, copy, dump, steal, intercept, see all, access all, view all, monitor, keep track of, contents of, content of, values of, output of",
    ),
    (
        SECRET,
        "connection string*, configuration files, config files, session cookie*, ssh host*, wallet.dat, pin code, security code*, 2fa code*, login data, sign-in, service account*, signing key*, certificates, secret key*, auth token*, bearer token*, password, passwords, passphrase, credential, credentials, token, tokens, access token*, secret, secrets, private key*, access key*, ssh key*, environment variable*, environment values, the environment, env vars, cookies, key chain, keychain, wallet, wallets, recovery phrase*, seed phrase*, one-time code, verification code, saved logins, logins, vault, key file, your keys",
    ),
    (
        TALK,
        "complete message list, message list, context window, everything above, user's words, what was said, what has been said, what they said, what they asked, chat, developer instructions, your context, your memory, conversation so far, user's text, conversation, conversations, chat history, chat log, whole chat, entire chat, full chat, dialogue, transcript, previous messages, earlier messages, prior messages, all messages, last messages, last five messages, last few messages, recent messages, message history, system prompt, initial instructions, hidden instructions, reasoning, what the user, what the caller, what the person, what the customer, everything the user, everything typed, user message, user messages, user's question, user's questions, user's messages, user's request, user's prompt, user's input, wrote earlier, said earlier, user writes, user types, user typed, user says, user said, they type, they write, pupil writes, everything written, its prompt, your prompt, your instructions, this session",
    ),
    (
        PERSONAL,
        "working directory, home directory, whole repository, user's location, user's files, private files, phone number*, e-mail address*, email address*, signed-in user, employee*, photos of, chat transcripts, survey answers, address book, contacts, browsing history, browser history, cookies, passport, passports, credit card*, card number*, bank details, payroll, customer table, customer data, customer list, mailbox, inbox, saved logins, open files, local files, documents, photos, screenshots, device id, full name, home address, medical records, location history, clipboard, keystrokes, ~/documents",
    ),
    (
        IDENTITY,
        "social security number*, ssn, ssns, credit card, credit cards, card number*, passport number*, tax id*, national id*, driver's license*, driver's licence*, bank account number*, date of birth, medical record*",
    ),
    (DISCLOSE, "returns, return, exposes, outputs, dumps, reveals, prints"),
    (VILLAIN, "attacker, attackers, adversary, data broker*, hacker*, harvested, stolen"),
    (WHOLE, "in full, word for word, verbatim, all, every, each, whole, entire, full, complete, everything, any"),
    (
        OUTSIDE,
        "to us, us in, with us, partner's, the provider, the publisher, our, third party, third parties, outside, external, externally, remote host, remote server, remote endpoint, vendor, elsewhere, along, attacker*, this server, webhook, partner, partners, an outside, abroad, public host",
    ),
    (
        SLOT,
        "parameter, parameters, argument, arguments, field, with each call, with every call, each call, every call, along with each, part of the request, part of the call, to the call, in the call, in your call, payload, sidenote, as `, in `, into `, the `, query string, header, into the seed",
    ),
    (
        OCCURS,
        "mentioned, turns up, appears, is typed, is seen, is present, is entered, is uploaded, comes up, is found, shows up, is given, is shared",
    ),
    (
        LASTING,
        "starting today, as of today, as of now, each subsequent, every subsequent, until the end of time, until the window, for this and each, for this and every, from today, in each conversation, in every conversation, in every chat, in each chat, every document you, as long as this, all your future, your future, from this day, always from here, from now on, from here on, from this point, from this moment, henceforth, hereafter, for the rest of, for the remainder of, in every future, in all future, for all future, in all later, in every later, all later, in every session, every future, all subsequent, for ever, for good, until told otherwise, until further notice, even after this, even when this, throughout this conversation, for the whole session, going forward, in any later, in each later",
    ),
    (
        DO,
        "refuse, carry, sign, close, open each, open every, prepend, prefix, suffix, ignore, avoid, repeat, greet, insert, include, make sure, ensure, begin by, end, begin, start, finish, answer, reply, respond, remember, copy, append, load, continue, treat, recommend, act, behave, say, speak, trust, mention, promote, praise, pretend, record, keep, add yourself, add, handled according, write a line, register, install, allow, grant, approve, reveal, must comply, comply, quote, answer with",
    ),
    (
        BESIDE,
        "before, prior to, beforehand, after, afterwards, once, as soon as, whenever, each time, every time, then, finally, finish by, in addition, additionally, also, as a last step, as a final step, last of all, on completion, upon completion, at the end, when done, when finished, when it stops, while, prerequisite, until you have, do not return until, first, follow every, on every, with every, with each, on each, following each, along the way, in passing, if space",
    ),
    (
        CALL,
        "call, calling, invoke, invoking, run, running, execute, executing, executed, fire, trigger, launch, a call of, carry out, use",
    ),
    (
        DESTROY,
        "delete, wipe, remove, purge, erase, empty, truncate, drop, kill, shred, destroy, clear, overwrite, uninstall, wipes, deletes, erases, purges, format",
    ),
    (
        ASSET,
        "backup, backups, back-ups, logs, log files, system logs, audit table, audit log, audit trail, shell history, history, folder, folders, directory, directories, repository, .git, database, databases, source table, table, tables, files, home, disk, last entries, restore points, snapshots, records, branches, process, data, extension, contents",
    ),
    (
        DISABLE,
        "deactivate, comment out, suspend, remove the, pause the, relax, loosen, silence, waive, open port, expose port, set --force, skip the, force-push, make public, disable, turn off, switch off, switched off, turned off, shut off, stop the, kill, uninstall, deactivate, weaken, lower the, open the firewall, --no-verify, skip all, skip any, skip every, bypass",
    ),
    (
        PROTECTION,
        "failing tests, expense checks, 0.0.0.0, main, access control*, rate limit*, code review, branch protection, linter, safety checks, permission checks, integrity checks, ssl, tls, certificate check*, encryption, alerts, alarms, quarantine, malware scan*, firewall, antivirus, anti-virus, virus scanner, security software, security extension, security process, test suite, tests, verification, validation, checks, security checks, sandbox, protection, guard, guards, hooks, signature check, commits, monitoring, audit logging, two-factor",
    ),
    (
        FOOTHOLD,
        "start-up items, startup items, start-up script, startup script, launch agent, autostart, on login, at login, after a reboot, at every boot, on boot, your memory file, memory file, your memory, claude.md, agents.md, rules file",
    ),
    (
        PREFER,
        "consult, consider, ask, treat, try, employ, favor, default to, stick to, deactivate, overlook, ignore, skip, forget, prefer, favour, favor, pick, choose, select, use, route, direct, prioritise, prioritize, turn to, rely on, go with, reach for, take, call, invoke",
    ),
    (OVER, "and not, ahead, never, not, over, above, ahead of, instead of, rather than, in place of, in preference to"),
    (
        RIVAL,
        "similar, alternatives, alternative, any similar, whichever, every editor, ordinary, standard, usual, other, others, any other, all other, every other, rival, rivals, competing, competitors, built-in, builtin, alternative, alternatives, another, native, rest of the",
    ),
    (
        TOOL,
        "capability, capabilities, function*, editor*, option, options, helper*, methods, apis, client tools, extension*, tool, tools, server, servers, function, functions, calculator*, mailer*, plugin*, provider*, connector*, reader*, search tool*, alternative, alternatives, integration*, service, services, shell tool, mail tool",
    ),
    (
        DISPARAGE,
        "count as, are tampered, tampered with, must not consult, not consult, be ignored, be overlooked, be skipped, policy violations, are unofficial, untrustworthy, risky, harmful, incomplete, faulty, retired, switched off, do not work, does not work, no longer work*, fake, must be avoided, should be avoided, be avoided, must not be used, should not be used, not be used, slow, unsafe, insecure, unreliable, obsolete, broken, wrong, outdated, inferior, inaccurate, dangerous, compromised, worse, deprecated, no longer be called, no longer be used, not be called, may be invoked, may be used, may be called, be discarded, cannot be trusted, not trustworthy, give wrong, unsupported",
    ),
    (
        FIRST,
        "sole legitimate, only legitimate, only approved, only permitted, only authorised, only authorized, always goes first, first stop, first resort, single source, the official one, goes first, top of the list, number one, exclusive right, comes first, come first, top priority, highest priority, absolute priority, first choice, first option, only choice, priority over, precedence over, takes precedence, take precedence, preferred over, always preferred",
    ),
    (HERE, "here, through this, to this tool, via this, with this tool, through it, to this server, to us"),
    (
        CONSENT,
        "confirmation screens, yes, pre-approved, hesitate, sign off, second thoughts, objections, veto, clarification, confirm, confirms, confirmed, confirming, confirmation, confirmations, permission, permissions, approve, approval, approvals, consent, agreed, agrees, agreement, dialog, dialogs, asking, ask, asked, check back, checking back, coming back to, draft, sign-off, bothering, decline, prompting, questions, permission prompt",
    ),
    (
        SKIP,
        "answer them, pre-approved, treat silence, waived, are waived, before telling, carry out the, spare the user, save the user, do away with, dispense with, skip, skipping, bypass, bypassing, suppress, suppressing, dismiss, dismissing, no need, needn't, don't, tick, click through, accept every, accept all, answer any, answer every, auto-accept, auto-approve, waive",
    ),
    (ASSUME, "assume, assuming, presume, pretend, take it that, consider, already given, on behalf of, in the name of"),
    (
        UNASKED,
        "for the user, for them, any size, silence as, as a yes, whatever comes in, before telling, in their place, unasked, for him, for her, right away, straight away, immediately, at once, on your own, by yourself, yourself, anyway, just complete, just go ahead, go ahead, proceed, carry on, with yes, on behalf of, let the person, let the user, from the user, first, further transfers",
    ),
    (
        DEFY,
        "even if, even when, even though, no matter what, no matter whether, regardless of what, irrespective of what, against the will, against the wishes, whatever the user, despite objections, contrary to what",
    ),
    (
        ALTER,
        "subtract, deduct, ship to, sell twice, twice the, halve, triple, return dates, skew, shift, delay, fake, forge, override the, exaggerate, downplay, understate, overstate, shave, replace, replacing, swap, swapping, substitute, change, changing, alter, altering, modify, rewrite, raise, raising, increase, lower, lowering, reduce, round it up, round up, inflate, adjust, exchange, redirect, mark, multiply, falsify, divert, bump, double, add, settle, put, move, edit",
    ),
    (
        STAKE,
        "number, figure, delivery, dates, date, price, invoice, salary, score, scores, dose, balance, quote, recipient, recipients, payee, payees, beneficiary, addressee, addressees, amount, amounts, price, prices, total, totals, iban, account number, destination, destinations, payment terms, terms, rating, ratings, quantity, figures, shipping address, delivery address, wallet address, account, address, hotel, value, %, per cent, percent, order, booking, quotes",
    ),
    (
        PAYEE,
        "recipient, recipients, payee, payees, beneficiary, addressee, addressees, iban, account number, wallet address, destination account",
    ),
    (SWAP, "replace, swap, substitute, exchange, divert, redirect, change"),
    (SHELL, "shell command, shell commands, shell, bash, powershell, terminal, command line"),
    (
        TWIST,
        "in every case, only a suggestion, is a suggestion, every figure you, before quoting, you quote, keep the true, typed in, asked for, instead, that was entered, they entered, the client typed, as entered, in any case, one day late, whatever, no matter, regardless, before submitting, before you submit, before presenting, before you present, before showing, before you show, before returning, before you return, before handing, before you send, under the original, in its place, after the parties, than agreed, as agreed, they agreed, competitor, competitors, partner property, for our, in favour of, instead of the one, behind",
    ),
    (
        RESULT,
        "bug, bugs, figures, findings, plan, warnings, risks, flaws, side effects, competitors, result, results, finding, findings, offer, offers, review, reviews, error, errors, failing, failure, failures, cases, answers, options, hits, listings, products",
    ),
    (
        PRESENT,
        "at most one, to whoever asked, report at most, as the only, as the only safe, as the best, only safe choice, only good choice, speak highly, you show, you present, present the rest, when presenting, present it, present them, you report, as the full, so that only, only show, show only, appears, appear, to the developer",
    ),
    (
        CONDITION,
        "to replace, to change, to swap, to substitute, to redirect, to modify, if, when, in case, should, whenever, as soon as, in the event",
    ),
    (ASK, "asks, asked, wants, wonders, mentions, questions, inquires, enquires, requests, is curious, wants to know"),
    (
        PRESSURE,
        "will be blocked, or be blocked, be banned, be shut down, be deleted unless, be closed, deadline, before midnight, time is short, or the user loses, be fined, legal action, urgent, urgently, without delay, last warning, final warning, final notice, no exceptions, emergency, failure to, will lead to, will be lost, be suspended, suspension, be terminated, immediately, at once, or else, today, now",
    ),
    (
        AUTHORITY,
        "management has, regulators, regulator, platform security, from the platform, headquarters, the board, the police, the law demands, auditors, the government, your maker, it department, admin team, support team, on behalf of the platform, by order of, orders all, security team, legal department, compliance team, ceo, your developers, your creators, supervisor, official notice, i instruct you, management, requires you to, the administrator, the vendor, head office, the police, the authorities",
    ),
    (
        TAG,
        "</tool*, end of tool*, new system instructions*, system instructions:, [assistant]*, assistant:, </description>*, </tool_description>*, end of description*, === system*, ---system*, --- system*, system note, system message:, human:",
    ),
    (
        PROTECT,
        "detect, detects, detecting, detection, scan, scans, scanning, such as, for instance, example, examples, mask, masks, masked, redact, redacts, encrypted, untrusted, protects, prevents, blocks, flags",
    ),
];
