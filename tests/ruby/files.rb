require "tmpdir"
require "fileutils"
require "tempfile"
require "pathname"
require "yaml"
require "json"
Dir.mktmpdir do |dir|
  Dir.chdir(dir) do
    File.write("a.txt", "one\ntwo\nthree\n")
    p File.read("a.txt"), File.exist?("a.txt"), File.file?("a.txt"), File.directory?("."), File.size("a.txt"), File.zero?("a.txt"), File.readlines("a.txt", chomp: true), File.foreach("a.txt").map(&:chomp), IO.readlines("a.txt").size
    File.open("b.txt", "w") { |f| f.puts "x", 1; f.print "y"; f << "z\n"; f.write("w", 2) }
    p File.read("b.txt")
    File.open("b.txt", "a") { |f| f.puts "more" }
    p File.readlines("b.txt").last, File.open("b.txt") { |f| [f.gets, f.read(1), f.eof?, f.lineno] }, File.open("b.txt", &:read).length, File.open("b.txt", "r+") { |f| f.write("Q"); f.rewind; f.gets }
    FileUtils.mkdir_p("sub/deep/er")
    FileUtils.touch(["sub/t1", "sub/t2"])
    FileUtils.cp("a.txt", "sub/copy.txt")
    FileUtils.mv("sub/t1", "sub/t3")
    FileUtils.cp_r("sub", "sub2")
    FileUtils.ln_s("a.txt", "link")
    p Dir.glob("**/*").sort, Dir["sub/*.txt"], Dir.entries("sub").sort, Dir.children("sub").sort, Dir.exist?("sub"), File.symlink?("link"), File.readlink("link"), Dir.glob("*.{txt,rb}").sort, Dir.glob("s*/t?").sort, Dir.empty?("sub/deep/er"), File.read("link").size
    FileUtils.rm_rf("sub2")
    FileUtils.rm("b.txt")
    p Dir.exist?("sub2"), File.exist?("b.txt"), Dir.glob("nothing*"), Dir.each_child("sub").sort
    begin
      Dir.mkdir("sub")
    rescue Errno::EEXIST => e
      puts e.message
    end
    begin
      File.delete("nope")
    rescue SystemCallError => e
      puts e.class, e.message, e.errno
    end
    begin
      Dir.rmdir("sub")
    rescue SystemCallError => e
      puts e.class
    end
    begin
      File.read("sub")
    rescue Errno::EISDIR => e
      puts e.message
    end
    File.write("c.yml", { "vms" => [{ "name" => "a", "ip" => "1.2.3.4" }] }.to_yaml)
    p YAML.load_file("c.yml"), YAML.load(File.read("c.yml"))["vms"].first["name"], YAML.load_file(File.join(dir, "c.yml")).keys
    begin
      YAML.load_file("missing.yml")
    rescue => e
      puts e.class, e.message
    end
    File.write("d.json", JSON.pretty_generate(a: [1, { b: nil }]))
    p JSON.parse(File.read("d.json")), JSON.load_file("d.json"), JSON.parse(File.read("d.json"), symbolize_names: true)
    File.write("lib1.rb", "module Lib1; VALUE = 7; def self.hi = 'hi'; end\nLOADED = (defined?(LOADED) ? LOADED : 0) + 1 unless defined?(LOADED)\n")
    p require(File.join(dir, "lib1")), require(File.join(dir, "lib1.rb")), Lib1::VALUE, Lib1.hi, load(File.join(dir, "lib1.rb")) rescue p $!
    $LOAD_PATH.unshift(dir)
    File.write("lib2.rb", "def from_lib2 = __method__\n")
    p require("lib2"), from_lib2, $LOAD_PATH.include?(dir)
    path = Pathname.new(dir) + "a.txt"
    p path.exist?, path.read.lines.size, path.file?, path.basename.to_s, Pathname.new("sub").children.map(&:to_s).sort, path.size, Pathname.new("new.txt").write("abc"), Pathname("new.txt").read
    t = Tempfile.new("x")
    t.write("data")
    t.close
    p File.read(t.path), t.path.is_a?(String)
    t.unlink
    p File.exist?(t.path.to_s), File.stat("a.txt").size, File.stat("a.txt").file?, File.mtime("a.txt").class, File.ftype("a.txt"), File.executable?("a.txt")
    File.chmod(0o755, "a.txt")
    p File.executable?("a.txt"), format("%o", File.stat("a.txt").mode)[-3..]
    p File.rename("a.txt", "z.txt"), File.exist?("z.txt"), File.identical?("z.txt", "z.txt"), File.open("z.txt").class, File.new("z.txt").read(3)
    f = File.open("z.txt")
    p f.each_line.to_a.size, f.closed?, f.close, f.closed?
    begin
      f.read
    rescue IOError => e
      puts e.message
    end
    p Dir.pwd == File.realpath(dir)
  end
end
p Dir.tmpdir.class, File.join(Dir.home, "x").class, File.expand_path("~").start_with?("/"), File.exist?("/definitely/not")
