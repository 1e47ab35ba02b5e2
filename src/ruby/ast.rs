//! The tree that is evaluated: owned, with byte ranges, and with local
//! variables resolved to a depth and a slot. `parse/` makes it; nothing here
//! knows the parser.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

use crate::ruby::symbol::Sym;
use crate::source::{SourceFile, Span};

/// A range of bytes in the file of the code around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loc {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// An expression.
pub struct Node {
    /// Where it is written.
    pub loc: Loc,
    /// What it is.
    pub kind: Kind,
}

/// Where a call is written. Shared with the arguments of the call, so that host
/// objects can point at the method name or at one argument.
pub struct CallSite {
    /// File of the call.
    pub file: Arc<SourceFile>,
    /// The whole call.
    pub whole: Loc,
    /// The method name (`memory` of `v.memory = 1`).
    pub name: Loc,
    /// Each argument as written; a splat is one.
    pub args: Vec<Loc>,
}

impl CallSite {
    /// Returns the place of the method name.
    pub fn name_span(&self) -> Span {
        self.span_of(self.name)
    }

    /// Returns the place of the whole call.
    pub fn span(&self) -> Span {
        self.span_of(self.whole)
    }

    /// Returns the place of the argument `index`, or of the name.
    pub fn arg_span(&self, index: usize) -> Span {
        self.span_of(self.args.get(index).copied().unwrap_or(self.name))
    }

    /// Returns `loc` as a span of this file.
    pub fn span_of(&self, loc: Loc) -> Span {
        Span::new(&self.file, loc.start, loc.end)
    }
}

impl fmt::Debug for CallSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name_span().fmt(f)
    }
}

/// Slot of a local variable: how many scopes out, and which one there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Scopes to go out.
    pub depth: u16,
    /// Place in that scope.
    pub index: u16,
}

/// How `x op= y` combines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// `||=`
    Or,
    /// `&&=`
    And,
    /// `+=` and the like: the method.
    Method(Sym),
}

/// Kinds of expression.
pub enum Kind {
    /// `nil`, also an empty body.
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// `self`
    Myself,
    /// An integer.
    Int(i64),
    /// An integer that needs more than 64 bits.
    Big(Rc<BigInt>),
    /// A float.
    Float(f64),
    /// `3r`, `1.5r`: numerator and denominator.
    Rational(Rc<BigInt>, Rc<BigInt>),
    /// A string without interpolation.
    Str {
        /// Its bytes.
        bytes: Rc<[u8]>,
        /// A magic comment freezes it.
        frozen: bool,
    },
    /// A string of parts.
    DStr(Vec<Node>),
    /// A command in backticks, of parts.
    XStr(Vec<Node>),
    /// A symbol.
    Symbol(Sym),
    /// A symbol of parts.
    DSymbol(Vec<Node>),
    /// A regular expression: source and option letters.
    Regexp(Rc<str>, RegexpFlags),
    /// A regular expression of parts.
    DRegexp(Vec<Node>, RegexpFlags),
    /// An array; elements may be [`Kind::Splat`] and the last [`Kind::Hash`].
    Array(Vec<Node>),
    /// A hash.
    Hash(Vec<Pair>),
    /// A range.
    Range {
        /// First value, if any.
        from: Option<Box<Node>>,
        /// Last value, if any.
        to: Option<Box<Node>>,
        /// `...`
        exclusive: bool,
    },
    /// `*x` in a list.
    Splat(Option<Box<Node>>),
    /// A local variable.
    Local(Sym, Slot),
    /// `@x`
    InstanceVar(Sym),
    /// `@@x`
    ClassVar(Sym),
    /// `$x`
    GlobalVar(Sym),
    /// `X`
    Const(Sym),
    /// `a::X`, `::X`
    ConstPath(Option<Box<Node>>, Sym),
    /// `$1`
    NthMatch(u32),
    /// `$&` and the like, by the character.
    MatchPart(char),
    /// `target = value`
    Assign(Box<Target>, Box<Node>),
    /// `target op= value`
    OpAssign(Box<Target>, Combine, Box<Node>),
    /// `a, (b, *c) = value`
    MultiAssign(Box<MultiTarget>, Box<Node>),
    /// A method call.
    Call(Box<Call>),
    /// `super(…)`; for a bare `super` the parser fills in the parameters.
    Super(Box<Call>),
    /// `yield`
    Yield(Box<Call>),
    /// `!x`, `not x`
    Not(Box<Call>),
    /// `a && b`
    And(Box<Node>, Box<Node>),
    /// `a || b`
    Or(Box<Node>, Box<Node>),
    /// `defined?(x)`
    Defined(Box<Node>),
    /// `if`; `unless` with the branches swapped.
    If(Box<(Node, Node, Node)>),
    /// `while`, `until`
    While(Box<While>),
    /// `for x in y`
    For(Box<(Target, Node, Node)>),
    /// `case … when`
    Case(Box<Case>),
    /// `case … in`
    CaseIn(Box<CaseIn>),
    /// `value in pattern` (true or false) or `value => pattern` (raises).
    MatchPattern {
        /// The value.
        value: Box<Node>,
        /// The pattern.
        pattern: Box<Pattern>,
        /// `=>`
        required: bool,
    },
    /// `/(?<name>…)/ =~ x`
    MatchNames(Box<Node>, Vec<(Sym, Slot)>),
    /// `begin … rescue … else … ensure`
    Begin(Box<Begin>),
    /// Several expressions.
    Seq(Vec<Node>),
    /// `return`
    Return(Option<Box<Node>>),
    /// `break`
    Break {
        /// The value.
        value: Option<Box<Node>>,
        /// Inside `while`, not in a block.
        in_loop: bool,
    },
    /// `next`
    Next {
        /// The value.
        value: Option<Box<Node>>,
        /// Inside `while`, not in a block.
        in_loop: bool,
    },
    /// `redo`
    Redo,
    /// `retry`
    Retry,
    /// `def`, with the object of `def self.x`.
    Def(Rc<Function>, Option<Box<Node>>),
    /// `class`
    Class(Box<ClassDef>),
    /// `module`
    Module(Box<ClassDef>),
    /// `class << x`
    Singleton(Box<(Node, Rc<Body>)>),
    /// `alias`
    Alias(Box<(Node, Node)>),
    /// `alias $new $old`
    AliasGlobal(Sym, Sym),
    /// `undef`
    Undef(Vec<Node>),
    /// `->(x) { }`
    Lambda(Rc<Block>),
    /// `a..b` as a condition, by number.
    FlipFlop {
        /// Identity of the state.
        id: u32,
        /// Start condition.
        from: Box<Node>,
        /// End condition.
        to: Box<Node>,
        /// `...`
        exclusive: bool,
    },
    /// `__FILE__`
    File,
    /// `__LINE__`
    Line(u32),
    /// `__ENCODING__`
    Encoding,
    /// `END { }`
    AtExit(Rc<Block>),
}

/// Options of a regular expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RegexpFlags {
    /// `i`
    pub ignore_case: bool,
    /// `x`
    pub extended: bool,
    /// `m`
    pub multi_line: bool,
}

/// A member of a hash literal.
pub enum Pair {
    /// `key => value`
    Assoc(Node, Node),
    /// `**x`
    Splat(Option<Node>),
}

/// What can be assigned to.
pub enum Target {
    /// A local variable.
    Local(Sym, Slot),
    /// `@x`
    InstanceVar(Sym),
    /// `@@x`
    ClassVar(Sym),
    /// `$x`
    GlobalVar(Sym),
    /// `X`
    Const(Sym, Loc),
    /// `a::X`
    ConstPath(Option<Box<Node>>, Sym, Loc),
    /// `a.x`; the call has the reader's name.
    Attribute(Box<Call>),
    /// `a[x]`; the call is `[]`.
    Index(Box<Call>),
    /// `(a, b)`
    Multi(Box<MultiTarget>),
    /// `*`, which takes and forgets.
    Nothing,
}

/// The left side of a multiple assignment.
pub struct MultiTarget {
    /// Before the splat.
    pub lefts: Vec<Target>,
    /// The splat.
    pub rest: Option<Target>,
    /// After it.
    pub rights: Vec<Target>,
}

/// A method call.
pub struct Call {
    /// Receiver; `None` means `self`.
    pub receiver: Option<Node>,
    /// `&.`
    pub safe: bool,
    /// An identifier alone, which may have been meant as a variable.
    pub bare: bool,
    /// Private methods may be called: no receiver, or `self`.
    pub own: bool,
    /// Method name; of an assignment with `=`.
    pub name: Sym,
    /// Arguments in order.
    pub args: Vec<Node>,
    /// Keywords, `**x` among them.
    pub keywords: Vec<Pair>,
    /// Block.
    pub block: BlockArg,
    /// Where.
    pub site: Rc<CallSite>,
}

/// The block of a call.
pub enum BlockArg {
    /// There is none.
    None,
    /// `{ … }`
    Literal(Rc<Block>),
    /// `&x`
    Pass(Box<Node>),
    /// `&` alone, and `super`, which hand on the block of the method.
    Current,
}

/// A loop.
pub struct While {
    /// Condition.
    pub condition: Node,
    /// Loop while it is false.
    pub until: bool,
    /// The body runs once before the first test.
    pub body_first: bool,
    /// Body.
    pub body: Node,
}

/// `case … when`
pub struct Case {
    /// What is compared.
    pub subject: Option<Node>,
    /// Conditions (splats allowed) and body.
    pub whens: Vec<(Vec<Node>, Node)>,
    /// `else`
    pub otherwise: Node,
}

/// `case … in`
pub struct CaseIn {
    /// What is matched.
    pub subject: Node,
    /// Pattern, guard, body.
    pub ins: Vec<(Pattern, Option<Node>, Node)>,
    /// `else`
    pub otherwise: Option<Node>,
}

/// A pattern.
pub enum Pattern {
    /// `===` with the value of an expression.
    Value(Node),
    /// Binds a variable.
    Bind(Slot),
    /// `pattern => name`
    Capture(Box<Pattern>, Slot),
    /// `a | b`
    Either(Box<Pattern>, Box<Pattern>),
    /// `[a, *b, c]`, `Const(…)`
    Array {
        /// `===` with this first.
        constant: Option<Node>,
        /// Before the splat.
        before: Vec<Pattern>,
        /// A splat, with its variable.
        rest: Option<Option<Slot>>,
        /// After it.
        after: Vec<Pattern>,
    },
    /// `[*, x, *]`
    Find {
        /// `===` with this first.
        constant: Option<Node>,
        /// Variable of the left splat.
        left: Option<Slot>,
        /// What is looked for.
        middle: Vec<Pattern>,
        /// Variable of the right splat.
        right: Option<Slot>,
    },
    /// `{a: 1, **rest}`
    Hash {
        /// `===` with this first.
        constant: Option<Node>,
        /// Key and pattern.
        pairs: Vec<(Sym, Pattern)>,
        /// What becomes of the other keys.
        rest: HashRest,
    },
}

/// The end of a hash pattern.
pub enum HashRest {
    /// Further keys are fine.
    Ignore,
    /// `**nil`
    Forbid,
    /// `**name`
    Bind(Slot),
}

/// `begin`
pub struct Begin {
    /// Body.
    pub body: Node,
    /// Clauses in order.
    pub rescues: Vec<Rescue>,
    /// `else`
    pub otherwise: Option<Node>,
    /// `ensure`
    pub ensure: Option<Node>,
}

/// `rescue A, B => e`
pub struct Rescue {
    /// Classes; none means `StandardError`.
    pub classes: Vec<Node>,
    /// Variable.
    pub target: Option<Target>,
    /// Body.
    pub body: Node,
}

/// A body with its own variables: a file, a class, a method.
pub struct Body {
    /// Names of its variables, parameters first.
    pub locals: Rc<Vec<Sym>>,
    /// Code.
    pub code: Node,
    /// File.
    pub file: Arc<SourceFile>,
}

/// `class X < Y`, `module X`
pub struct ClassDef {
    /// Scope written before the name.
    pub scope: Option<Node>,
    /// `::X`
    pub top: bool,
    /// Name.
    pub name: Sym,
    /// Where the name is.
    pub name_loc: Loc,
    /// Superclass.
    pub superclass: Option<Node>,
    /// Body.
    pub body: Rc<Body>,
}

/// A method.
pub struct Function {
    /// Name.
    pub name: Sym,
    /// Where the name is.
    pub name_loc: Loc,
    /// Parameters.
    pub params: Params,
    /// Body.
    pub body: Body,
}

/// A block or lambda.
pub struct Block {
    /// Parameters.
    pub params: Params,
    /// Names of its variables, parameters first.
    pub locals: Rc<Vec<Sym>>,
    /// Code.
    pub code: Node,
    /// File.
    pub file: Arc<SourceFile>,
    /// Where it is written.
    pub loc: Loc,
}

/// Parameters of a method or block.
#[derive(Default)]
pub struct Params {
    /// Required ones at the start.
    pub required: Vec<Param>,
    /// `x = 1`
    pub optional: Vec<(Sym, Slot, Node)>,
    /// `*x`; the inner is `None` for a bare `*`.
    pub rest: Option<Option<(Sym, Slot)>>,
    /// Required ones after the splat.
    pub post: Vec<Param>,
    /// `x:` and `x: 1`
    pub keywords: Vec<(Sym, Slot, Option<Node>)>,
    /// `**x`; the inner is `None` for a bare `**`.
    pub keyword_rest: Option<Option<(Sym, Slot)>>,
    /// `**nil`
    pub no_keywords: bool,
    /// `&x`; the inner is `None` for a bare `&`.
    pub block: Option<Option<(Sym, Slot)>>,
    /// `|a,|`: takes the first of an array.
    pub trailing_comma: bool,
    /// Parameters were written, or `_1`/`it` used.
    pub given: bool,
}

/// A required parameter.
pub enum Param {
    /// A name.
    Name(Sym, Slot),
    /// `(a, b)`
    Multi(MultiTarget),
}

impl Params {
    /// Returns the number of required positional parameters.
    pub fn required_count(&self) -> usize {
        self.required.len() + self.post.len()
    }

    /// Tells whether any keyword is accepted.
    pub fn takes_keywords(&self) -> bool {
        !self.keywords.is_empty() || self.keyword_rest.is_some()
    }

    /// Returns what `arity` answers; `lambda` counts optional ones.
    pub fn arity(&self, lambda: bool) -> i64 {
        let needs_keyword = self
            .keywords
            .iter()
            .any(|(_, _, default)| default.is_none());
        let required = self.required_count() as i64 + i64::from(needs_keyword);
        let open = if lambda {
            !self.optional.is_empty() || (!needs_keyword && self.takes_keywords())
        } else {
            false
        };
        if open || self.rest.is_some() {
            -required - 1
        } else {
            required
        }
    }
}
