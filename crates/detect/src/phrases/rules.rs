//! Which classes of words, close together in one sentence, make a family.

#[allow(clippy::wildcard_imports, reason = "the table is written in these words")]
use super::class::*;
use crate::text::Family::{
    Authority, Concealment, NewRole, NoConsent, Order, Override, Precedence, Pretext, PrivateData, SideEffect, Sink,
    Tampering,
};
use crate::text::{DECISIVE_WEIGHT as ALONE, Family};

/// A family as a relation between classes.
pub(super) struct Rule {
    pub(super) family: Family,
    pub(super) weight: f32,
    /// One word of each must be there.
    pub(super) parts: &'static [Classes],
    /// Characters that may lie between one part and the next.
    pub(super) gap: usize,
    /// Whether the parts come in this order. Languages differ in it, so most rules leave it open.
    pub(super) in_order: bool,
    /// What makes the same words innocent.
    pub(super) unless: Classes,
    /// Whether the first sentence is spared: it says what the tool is for.
    pub(super) not_first: bool,
}

impl Rule {
    const fn new(family: Family, weight: f32, parts: &'static [Classes]) -> Self {
        Self { family, weight, parts, gap: 40, in_order: false, unless: 0, not_first: false }
    }
    const fn gap(mut self, gap: usize) -> Self {
        self.gap = gap;
        self
    }
    const fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }
    const fn unless(mut self, classes: Classes) -> Self {
        self.unless = classes;
        self
    }
    const fn not_first(mut self) -> Self {
        self.not_first = true;
        self
    }

    /// Whether a sentence with words of these classes can fulfil it.
    pub(super) fn is_possible(&self, said: Classes, sentence: usize) -> bool {
        self.parts.iter().all(|part| said & part != 0) && !(self.not_first && sentence == 0)
    }
}

const STRONG: f32 = 3.0;
const WEAK: f32 = 2.0;

pub(super) const ALL: &[Rule] = &[
    // The rules that the model has are set aside, or said to hold no more.
    Rule::new(Override, ALONE, &[SET_ASIDE, EARLIER, RULES]).unless(NEGATION | PROTECT),
    Rule::new(Override, ALONE, &[SET_ASIDE, OWN_RULES]).gap(24).unless(NEGATION | PROTECT),
    Rule::new(Override, ALONE, &[EARLIER, RULES, VOID]).unless(PROTECT),
    Rule::new(Override, ALONE, &[OWN_RULES, VOID]).unless(PROTECT),
    Rule::new(Override, ALONE, &[RANK, OWN_RULES | RULES, USER | EARLIER]).unless(PROTECT),
    Rule::new(Override, ALONE, &[OBEY, THIS]).gap(24).unless(NEGATION),
    Rule::new(Override, ALONE, &[DEFY, USER]).gap(24).unless(NEGATION),
    // The user is kept in the dark.
    Rule::new(Concealment, ALONE, &[NEGATION, HUSH, USER]).in_order().gap(10).unless(PROTECT),
    Rule::new(Concealment, STRONG, &[NEGATION, TELL, USER]).gap(30).unless(PROTECT),
    Rule::new(Concealment, ALONE, &[SECRECY]).unless(PROTECT),
    Rule::new(Concealment, ALONE, &[COVERT, SEND | COLLECT | DESTROY | CALL]).gap(30).unless(PROTECT | NEGATION),
    Rule::new(Concealment, ALONE, &[OMIT | NEGATION, REPLY, TELL]).gap(30),
    Rule::new(Concealment, ALONE, &[OMIT, REPLY]).gap(30),
    Rule::new(Concealment, ALONE, &[CONDITION, ASK, LIE]).gap(60).in_order(),
    // Another role.
    Rule::new(NewRole, ALONE, &[BECOME, POWER | LAWLESS]).gap(60),
    Rule::new(NewRole, ALONE, &[YOU, LAWLESS]).gap(30),
    Rule::new(NewRole, WEAK, &[BECOME]),
    Rule::new(NewRole, ALONE, &[BECOME, SEND | COLLECT, USER | TALK | SECRET]).in_order(),
    // Data leave.
    Rule::new(Sink, ALONE, &[SECRET | TALK | PERSONAL, SEND, VILLAIN]).gap(60).unless(NEGATION | PROTECT),
    Rule::new(Sink, ALONE, &[TALK, SEND, WHOLE]).unless(NEGATION | CONSENT | PROTECT).not_first(),
    Rule::new(Sink, ALONE, &[CALL, TOOL, TALK | PERSONAL])
        .in_order()
        .gap(30)
        .unless(NEGATION | CONSENT | PROTECT | THIS)
        .not_first(),
    Rule::new(Sink, ALONE, &[SECRET | TALK, SEND, OUTSIDE | OURS])
        .gap(60)
        .unless(NEGATION | CONSENT | PROTECT)
        .not_first(),
    Rule::new(Sink, ALONE, &[TALK, SEND, SLOT]).gap(60).unless(NEGATION | CONSENT | PROTECT).not_first(),
    Rule::new(Sink, ALONE, &[PERSONAL, SEND, OUTSIDE | OURS]).gap(50).unless(NEGATION | CONSENT | PROTECT).not_first(),
    Rule::new(Sink, ALONE, &[COLLECT, SECRET | TALK, SEND]).in_order().gap(60).unless(NEGATION | PROTECT).not_first(),
    Rule::new(Sink, ALONE, &[CONDITION, SECRET | PERSONAL, OCCURS, SEND | COLLECT]).in_order().gap(60).unless(PROTECT),
    Rule::new(PrivateData, ALONE, &[DISCLOSE, IDENTITY, IDENTITY]).in_order().gap(60).unless(NEGATION | PROTECT),
    // In passing, something else is read, called or made to last.
    Rule::new(Order, ALONE, &[BESIDE, COLLECT, SECRET]).gap(50).unless(NEGATION | PROTECT).not_first(),
    Rule::new(Order, ALONE, &[LASTING, DO]).gap(30).unless(NEGATION).not_first(),
    Rule::new(Order, STRONG, &[BESIDE | LASTING, CALL, TOOL]).unless(NEGATION | THIS).not_first(),
    // Something is destroyed or switched off besides.
    Rule::new(SideEffect, ALONE, &[BESIDE, DESTROY, ASSET]).in_order().gap(50).unless(NEGATION | CONSENT).not_first(),
    Rule::new(SideEffect, ALONE, &[DESTROY, BESIDE, ASSET]).in_order().unless(NEGATION | CONSENT).not_first(),
    Rule::new(SideEffect, ALONE, &[BESIDE, ASSET, DESTROY]).in_order().gap(24).unless(NEGATION | CONSENT).not_first(),
    Rule::new(SideEffect, WEAK, &[BESIDE, CALL, SHELL]).in_order().gap(16).unless(NEGATION).not_first(),
    Rule::new(SideEffect, ALONE, &[DISABLE, PROTECTION]).gap(30).unless(NEGATION).not_first(),
    Rule::new(SideEffect, ALONE, &[DO | SEND, FOOTHOLD]).gap(50).unless(NEGATION).not_first(),
    // The tool puts itself before others.
    Rule::new(Precedence, ALONE, &[RIVAL, TOOL, DISPARAGE]).in_order().gap(40).unless(CONDITION),
    Rule::new(Precedence, ALONE, &[NEGATION, CALL | PREFER, RIVAL, TOOL]).in_order().gap(16),
    Rule::new(Precedence, ALONE, &[PREFER, OVER, RIVAL | WHOLE, TOOL]).in_order().gap(20),
    Rule::new(Precedence, ALONE, &[FIRST, THIS | RIVAL]).gap(30),
    Rule::new(Precedence, ALONE, &[PREFER | SEND, WHOLE, HERE]).in_order(),
    // Nobody is asked.
    Rule::new(NoConsent, ALONE, &[SKIP, CONSENT, UNASKED]).gap(50).unless(CONDITION | NEGATION),
    Rule::new(NoConsent, ALONE, &[ASSUME, USER, CONSENT]).unless(NEGATION),
    Rule::new(NoConsent, ALONE, &[DESTROY, ASSET, SKIP, CONSENT]).gap(40).unless(CONDITION | NEGATION).not_first(),
    Rule::new(NoConsent, WEAK, &[SKIP, CONSENT]).gap(24).unless(CONDITION | NEGATION),
    // Values that matter, or what the user sees, become others.
    Rule::new(Tampering, ALONE, &[ALTER, STAKE, TWIST | COVERT | LIE | OURS]).gap(50).unless(PROTECT | NEGATION),
    Rule::new(Tampering, ALONE, &[SWAP, PAYEE]).gap(16).unless(NEGATION | CONDITION).not_first(),
    Rule::new(Tampering, ALONE, &[ALTER | OMIT, RESULT, PRESENT]).gap(50).not_first(),
    // Pressure and borrowed rank, to get at what is worth taking.
    Rule::new(Pretext, ALONE, &[PRESSURE | AUTHORITY, SEND | COLLECT, SECRET | TALK | PERSONAL])
        .gap(70)
        .unless(NEGATION | PROTECT),
    Rule::new(Pretext, ALONE, &[AUTHORITY | PRESSURE, DISABLE | SKIP | DESTROY, PROTECTION | CONSENT | ASSET])
        .gap(60)
        .unless(NEGATION | CONDITION),
    Rule::new(Authority, ALONE, &[TAG, SEND | COLLECT | OBEY | DO | SECRET | TALK | LAWLESS]).in_order().gap(60),
];
