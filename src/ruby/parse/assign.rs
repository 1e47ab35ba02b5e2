//! Lowers assignments of every kind.

use ruby_prism::{
    ArgumentsNode, BlockArgumentNode, ConstantId, ConstantPathNode, Location, Node as Prism,
    NodeList,
};

use super::{Lower, loc, sym};
use crate::ruby::ast::{BlockArg, Call, Combine, Kind, Loc, MultiTarget, Node, Target};
use crate::ruby::symbol::Sym;

/// Lowers the three `op=` forms of one kind of variable; `$target` makes the target.
macro_rules! variable_writes {
    ($self:ident, $node:ident, $write:ident, $or:ident, $and:ident, $operator:ident, |$n:ident| $target:expr) => {
        if let Some($n) = $node.$write() {
            let target = $target;
            return Kind::Assign(Box::new(target), $self.boxed(&$n.value()));
        }
        if let Some($n) = $node.$or() {
            let target = $target;
            return Kind::OpAssign(Box::new(target), Combine::Or, $self.boxed(&$n.value()));
        }
        if let Some($n) = $node.$and() {
            let target = $target;
            return Kind::OpAssign(Box::new(target), Combine::And, $self.boxed(&$n.value()));
        }
        if let Some($n) = $node.$operator() {
            let target = $target;
            let operator = Combine::Method(sym(&$n.binary_operator()));
            return Kind::OpAssign(Box::new(target), operator, $self.boxed(&$n.value()));
        }
    };
}

impl Lower<'_> {
    pub(super) fn assignment(&mut self, node: &Prism<'_>, at: Loc) -> Kind {
        variable_writes!(
            self,
            node,
            as_local_variable_write_node,
            as_local_variable_or_write_node,
            as_local_variable_and_write_node,
            as_local_variable_operator_write_node,
            |n| {
                let name = sym(&n.name());
                Target::Local(name, self.slot(name))
            }
        );
        variable_writes!(
            self,
            node,
            as_instance_variable_write_node,
            as_instance_variable_or_write_node,
            as_instance_variable_and_write_node,
            as_instance_variable_operator_write_node,
            |n| Target::InstanceVar(sym(&n.name()))
        );
        variable_writes!(
            self,
            node,
            as_class_variable_write_node,
            as_class_variable_or_write_node,
            as_class_variable_and_write_node,
            as_class_variable_operator_write_node,
            |n| Target::ClassVar(sym(&n.name()))
        );
        variable_writes!(
            self,
            node,
            as_global_variable_write_node,
            as_global_variable_or_write_node,
            as_global_variable_and_write_node,
            as_global_variable_operator_write_node,
            |n| Target::GlobalVar(sym(&n.name()))
        );
        variable_writes!(
            self,
            node,
            as_constant_write_node,
            as_constant_or_write_node,
            as_constant_and_write_node,
            as_constant_operator_write_node,
            |n| Target::Const(sym(&n.name()), loc(&n.name_loc()))
        );
        variable_writes!(
            self,
            node,
            as_constant_path_write_node,
            as_constant_path_or_write_node,
            as_constant_path_and_write_node,
            as_constant_path_operator_write_node,
            |n| self.const_path_target(&n.target())
        );
        self.other_assignment(node, at)
    }

    fn other_assignment(&mut self, node: &Prism<'_>, at: Loc) -> Kind {
        if let Some(n) = node.as_multi_write_node() {
            let target = self.multi_target(&n.lefts(), n.rest(), &n.rights());
            return Kind::MultiAssign(Box::new(target), self.boxed(&n.value()));
        }
        if let Some(n) = node.as_call_or_write_node() {
            let call = self.reader(
                n.receiver(),
                n.is_safe_navigation(),
                &n.read_name(),
                n.message_loc(),
                at,
            );
            return Kind::OpAssign(
                Box::new(Target::Attribute(call)),
                Combine::Or,
                self.boxed(&n.value()),
            );
        }
        if let Some(n) = node.as_call_and_write_node() {
            let call = self.reader(
                n.receiver(),
                n.is_safe_navigation(),
                &n.read_name(),
                n.message_loc(),
                at,
            );
            return Kind::OpAssign(
                Box::new(Target::Attribute(call)),
                Combine::And,
                self.boxed(&n.value()),
            );
        }
        if let Some(n) = node.as_call_operator_write_node() {
            let call = self.reader(
                n.receiver(),
                n.is_safe_navigation(),
                &n.read_name(),
                n.message_loc(),
                at,
            );
            let operator = Combine::Method(sym(&n.binary_operator()));
            return Kind::OpAssign(
                Box::new(Target::Attribute(call)),
                operator,
                self.boxed(&n.value()),
            );
        }
        if let Some(n) = node.as_index_or_write_node() {
            let call = self.index(
                n.receiver(),
                n.arguments(),
                n.block(),
                &n.opening_loc(),
                &n.closing_loc(),
                at,
            );
            return Kind::OpAssign(
                Box::new(Target::Index(call)),
                Combine::Or,
                self.boxed(&n.value()),
            );
        }
        if let Some(n) = node.as_index_and_write_node() {
            let call = self.index(
                n.receiver(),
                n.arguments(),
                n.block(),
                &n.opening_loc(),
                &n.closing_loc(),
                at,
            );
            return Kind::OpAssign(
                Box::new(Target::Index(call)),
                Combine::And,
                self.boxed(&n.value()),
            );
        }
        if let Some(n) = node.as_index_operator_write_node() {
            let call = self.index(
                n.receiver(),
                n.arguments(),
                n.block(),
                &n.opening_loc(),
                &n.closing_loc(),
                at,
            );
            let operator = Combine::Method(sym(&n.binary_operator()));
            return Kind::OpAssign(
                Box::new(Target::Index(call)),
                operator,
                self.boxed(&n.value()),
            );
        }
        let text = String::from_utf8_lossy(node.location().as_slice()).into_owned();
        let first: String = text.lines().next().unwrap_or("").chars().take(40).collect();
        self.unsupported(at, &format!("`{first}`"))
    }

    /// Lowers `a.x = v` and `a[i] = v`, whose value is `v` whatever the method answers.
    pub(super) fn attribute_write(&mut self, mut call: Box<Call>) -> Kind {
        let Some(value) = call.args.pop() else {
            return Kind::Call(call);
        };
        // The setter of a splat (`a[*x] = v` is fine) cannot be split.
        if matches!(value.kind, Kind::Splat(_)) {
            call.args.push(value);
            return Kind::Call(call);
        }
        let name = call.name.name();
        if &*name == "[]=" {
            call.name = Sym::new("[]");
            return Kind::Assign(Box::new(Target::Index(call)), Box::new(value));
        }
        call.name = Sym::new(name.strip_suffix('=').unwrap_or(&name));
        Kind::Assign(Box::new(Target::Attribute(call)), Box::new(value))
    }

    fn reader(
        &mut self,
        receiver: Option<Prism<'_>>,
        safe: bool,
        name: &ConstantId<'_>,
        message: Option<Location<'_>>,
        at: Loc,
    ) -> Box<Call> {
        let own = receiver
            .as_ref()
            .is_none_or(|node| node.as_self_node().is_some());
        let receiver = receiver.map(|node| self.node(&node));
        let name_loc = message.map_or(at, |at| loc(&at));
        Box::new(Call {
            receiver,
            safe,
            bare: false,
            own,
            name: sym(name),
            args: Vec::new(),
            keywords: Vec::new(),
            block: BlockArg::None,
            site: self.site(at, name_loc, Vec::new()),
        })
    }

    fn index(
        &mut self,
        receiver: Option<Prism<'_>>,
        arguments: Option<ArgumentsNode<'_>>,
        block: Option<BlockArgumentNode<'_>>,
        opening: &Location<'_>,
        closing: &Location<'_>,
        at: Loc,
    ) -> Box<Call> {
        let own = receiver
            .as_ref()
            .is_none_or(|node| node.as_self_node().is_some());
        let receiver = receiver.map(|node| self.node(&node));
        let given = self.given(arguments);
        let block = self
            .block_arg(block.map(|block| block.as_node()))
            .unwrap_or(BlockArg::None);
        let name_loc = Loc {
            start: opening.start(),
            end: closing.end(),
        };
        Box::new(Call {
            receiver,
            safe: false,
            bare: false,
            own,
            name: Sym::new("[]"),
            args: given.args,
            keywords: given.keywords,
            block,
            site: self.site(at, name_loc, given.locs),
        })
    }

    fn const_path_target(&mut self, path: &ConstantPathNode<'_>) -> Target {
        let scope = path.parent().map(|node| self.boxed(&node));
        let name = path.name().map_or(Sym::new(""), |name| sym(&name));
        Target::ConstPath(scope, name, loc(&path.location()))
    }

    pub(super) fn multi_target(
        &mut self,
        lefts: &NodeList<'_>,
        rest: Option<Prism<'_>>,
        rights: &NodeList<'_>,
    ) -> MultiTarget {
        let rest =
            rest.map(
                |rest| match rest.as_splat_node().and_then(|splat| splat.expression()) {
                    Some(target) => self.target(&target),
                    None => Target::Nothing,
                },
            );
        MultiTarget {
            lefts: lefts.iter().map(|node| self.target(&node)).collect(),
            rest,
            rights: rights.iter().map(|node| self.target(&node)).collect(),
        }
    }

    pub(super) fn target(&mut self, node: &Prism<'_>) -> Target {
        let at = loc(&node.location());
        if let Some(n) = node.as_local_variable_target_node() {
            let name = sym(&n.name());
            return Target::Local(name, self.slot(name));
        }
        if let Some(n) = node.as_required_parameter_node() {
            let name = sym(&n.name());
            return Target::Local(name, self.slot(name));
        }
        if let Some(n) = node.as_instance_variable_target_node() {
            return Target::InstanceVar(sym(&n.name()));
        }
        if let Some(n) = node.as_class_variable_target_node() {
            return Target::ClassVar(sym(&n.name()));
        }
        if let Some(n) = node.as_global_variable_target_node() {
            return Target::GlobalVar(sym(&n.name()));
        }
        if let Some(n) = node.as_constant_target_node() {
            return Target::Const(sym(&n.name()), at);
        }
        if let Some(n) = node.as_constant_path_target_node() {
            let scope = n.parent().map(|node| self.boxed(&node));
            let name = n.name().map_or(Sym::new(""), |name| sym(&name));
            return Target::ConstPath(scope, name, at);
        }
        if let Some(n) = node.as_call_target_node() {
            let name = sym(&n.name()).name();
            let own = n.receiver().as_self_node().is_some();
            let receiver: Node = self.node(&n.receiver());
            return Target::Attribute(Box::new(Call {
                receiver: Some(receiver),
                safe: n.is_safe_navigation(),
                bare: false,
                own,
                name: Sym::new(name.strip_suffix('=').unwrap_or(&name)),
                args: Vec::new(),
                keywords: Vec::new(),
                block: BlockArg::None,
                site: self.site(at, loc(&n.message_loc()), Vec::new()),
            }));
        }
        if let Some(n) = node.as_index_target_node() {
            let call = self.index(
                Some(n.receiver()),
                n.arguments(),
                n.block(),
                &n.opening_loc(),
                &n.closing_loc(),
                at,
            );
            return Target::Index(call);
        }
        if let Some(n) = node.as_multi_target_node() {
            return Target::Multi(Box::new(self.multi_target(
                &n.lefts(),
                n.rest(),
                &n.rights(),
            )));
        }
        if let Some(n) = node.as_splat_node() {
            let rest = match n.expression() {
                Some(target) => self.target(&target),
                None => Target::Nothing,
            };
            return Target::Multi(Box::new(MultiTarget {
                lefts: Vec::new(),
                rest: Some(rest),
                rights: Vec::new(),
            }));
        }
        self.unsupported(at, "this target of an assignment");
        Target::Nothing
    }
}
