//! Vagrantfiles that several tests use.

/// One machine whose box is nowhere.
pub const ONE: &str = "Vagrant.configure('2') do |config|\n  config.vm.box = 'org/box'\nend\n";

/// Three machines, the second one primary, the third one not started by itself.
pub const THREE: &str = "Vagrant.configure('2') do |config|
  config.vm.box = 'org/box'
  config.vm.define 'web'
  config.vm.define 'db', primary: true
  config.vm.define 'log', autostart: false
end
";
