//! The loop over the steps of one machine: is it to stop, say what comes, do it,
//! write it down.

use crate::error::{Failure, Kind, Result};
use crate::event::{Event, Level};
use crate::plan::{Plan, Step, lower};
use crate::state::{Ending, Journal, MachineIndex};
use crate::sync;

use super::undo::{Undo, take_back};
use super::{Session, Work, apply};

/// Carries out a plan. After an error the machine is whole: what was half made
/// is removed, what was finished is kept.
pub fn run(plan: &Plan, work: &Work<'_>) -> Result<()> {
    let host = work.host;
    for note in &plan.notes {
        host.say(Some(work.name()), note.level, note.text.clone());
    }
    if plan.is_empty() {
        return Ok(());
    }
    host.cancel.check()?;
    prepare(plan, work)?;
    let mut undo = Undo::default();
    if plan.steps.contains(&Step::Create) {
        begin(work)?;
        undo.making();
    }
    let mut session = Session::open(work)?;
    let journal = work.folder.journal(work.command, frees_space(plan))?;
    let result = steps(plan, &mut session, &journal, &mut undo);
    drop(session);
    match result {
        Ok(()) => {
            if !forgotten(plan) {
                journal.ended(Ending::Well)?;
            }
            host.listener.event(Event::MachineDone {
                machine: work.name().to_owned(),
            });
            Ok(())
        }
        Err(failure) => {
            settle(work, &journal, undo, &failure);
            Err(failure)
        }
    }
}

/// Finds out what the host lacks before anything is made.
fn prepare(plan: &Plan, work: &Work<'_>) -> Result<()> {
    for step in &plan.steps {
        if let Step::Shares(shares) = step {
            for planned in shares {
                sync::prepare(&planned.kind, &planned.share, work.root, work.host)?;
            }
        }
    }
    Ok(())
}

/// Returns whether a plan does nothing but stop and remove.
fn frees_space(plan: &Plan) -> bool {
    let frees = |step: &Step| {
        matches!(
            step,
            Step::Halt { .. } | Step::DiscardSaved | Step::Destroy | Step::Forget
        )
    };
    plan.steps.iter().all(frees)
}

fn forgotten(plan: &Plan) -> bool {
    plan.steps.last() == Some(&Step::Forget)
}

fn steps(plan: &Plan, session: &mut Session<'_>, journal: &Journal, undo: &mut Undo) -> Result<()> {
    let host = session.work.host;
    let total = plan.steps.iter().filter(|step| !step.is_silent()).count();
    let mut index = 0;
    for step in &plan.steps {
        host.cancel.check()?;
        let began = host.clock.now();
        if !step.is_silent() {
            index += 1;
            host.listener.event(Event::StepStarted {
                machine: session.work.name().to_owned(),
                index,
                total,
                title: step.title(),
            });
        }
        journal.started(&step.name())?;
        perform(step, session)?;
        // After `forget` there is no folder to write into.
        if *step != Step::Forget {
            journal.done(&step.name())?;
        }
        if *step == Step::Create {
            undo.made();
        }
        if !step.is_silent() {
            host.listener.event(Event::StepDone {
                machine: session.work.name().to_owned(),
                title: step.title(),
                elapsed: host.clock.now().saturating_sub(began),
            });
        }
    }
    Ok(())
}

fn perform(step: &Step, session: &mut Session<'_>) -> Result<()> {
    if step.needs_guest() || *step == Step::ReplaceKey {
        session.learn_facts()?;
    }
    for op in lower(step, session.facts.as_ref())? {
        session.work.host.cancel.check()?;
        apply::apply(&op, step, session)?;
    }
    Ok(())
}

/// Notes, before anything is made, that a machine is being made.
fn begin(work: &Work<'_>) -> Result<()> {
    work.folder
        .begin(&work.spec.id, work.root, crate::host::process::user_id())?;
    if let Some(meta) = &work.box_meta {
        work.folder.set_box(meta)?;
    }
    MachineIndex::new(work.host).set(&work.index_entry("preparing"))
}

/// Leaves a machine that the next command can handle, and the user knowing.
fn settle(work: &Work<'_>, journal: &Journal, mut undo: Undo, failure: &Failure) {
    if work.destroy_on_error && failure.kind() == Kind::Bug {
        undo.making_again();
    }
    if undo.has_work() {
        take_back(work);
        return;
    }
    if work.folder.path().is_dir()
        && let Err(error) = journal.ended(Ending::Badly)
    {
        work.host.say(
            Some(work.name()),
            Level::Warn,
            format!("the journal could not be written: {error}"),
        );
    }
    apply::release_ports(work);
}
