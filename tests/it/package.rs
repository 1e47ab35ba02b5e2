//! `rove package`: what is said before any work.

use crate::support::{Lab, labs};

#[test]
fn what_cannot_be_packaged_is_said_first() {
    let lab = Lab::with(labs::THREE);
    insta::assert_snapshot!(lab.rove(&["package", "web"]), @"
    $ rove package web
    --- stderr
    error: there is no machine `web` yet
    hint: make it: `rove up web`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["package", "web", "--include", "none.txt"]), @"
    $ rove package web --include none.txt
    --- stderr
    error: there is no file `[WORK]/none.txt` to put into the box
    hint: paths count from the folder that you are in
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["package", "--base", "vm1"]), @"
    $ rove package --base vm1
    --- stderr
    error: `--base` takes machines of VirtualBox, which no provider of rove can export
    hint: make a box from its disk: `rove box create DISK`
    => 1
    ");
    lab.write("package.box", "");
    insta::assert_snapshot!(lab.rove(&["package", "web"]), @"
    $ rove package web
    --- stderr
    error: `[WORK]/package.box` is there already
    hint: remove it, or give another name with `--output`
    => 1
    ");
    insta::assert_snapshot!(lab.rove(&["package", "web", "--output", "no/where.box"]), @"
    $ rove package web --output no/where.box
    --- stderr
    error: there is no folder `[WORK]/no` to write the box into
    hint: make it, or give another path with `--output`
    => 1
    ");
}
