class Pathname
  include Comparable

  SEPARATOR_LIST = "/"

  def self.pwd
    new(Dir.pwd)
  end

  def self.getwd
    pwd
  end

  def self.glob(pattern, *rest)
    list = Dir.glob(pattern, *rest).map { |path| new(path) }
    return list unless block_given?
    list.each { |path| yield path }
    nil
  end

  def initialize(path)
    path = path.to_path if path.respond_to?(:to_path)
    raise TypeError, "no implicit conversion of #{path.nil? ? 'nil' : path.class} into String" unless path.is_a?(String)
    @path = path.dup
  end

  def to_s
    @path.dup
  end
  alias to_path to_s

  def to_str
    @path.dup
  end
  private :to_str

  def inspect
    "#<Pathname:#{@path}>"
  end

  def ==(other)
    other.is_a?(Pathname) && @path == other.to_s
  end
  alias eql? ==
  alias === ==

  def <=>(other)
    other.is_a?(Pathname) ? @path <=> other.to_s : nil
  end

  def hash
    @path.hash
  end

  def +(other)
    other = other.to_s
    return Pathname.new(other) if other.start_with?("/")
    parts = @path == "." ? [] : [@path]
    base = @path
    names = other.split("/")
    while names.first == ".." || names.first == "."
      name = names.shift
      next if name == "."
      if base == "." || base.empty?
        base = ".."
      elsif File.basename(base) == ".."
        base = "#{base}/.."
      else
        base = File.dirname(base)
      end
    end
    return Pathname.new(base) if names.empty?
    return Pathname.new(names.join("/")) if base == "."
    Pathname.new(base == "/" ? "/#{names.join('/')}" : "#{base.chomp('/')}/#{names.join('/')}")
  end
  alias / +

  def join(*args)
    args.inject(self) { |path, part| path + part }
  end

  def parent
    self + ".."
  end

  def dirname
    Pathname.new(File.dirname(@path))
  end

  def basename(*args)
    Pathname.new(File.basename(@path, *args))
  end

  def extname
    File.extname(@path)
  end

  def sub(*args, &block)
    Pathname.new(@path.sub(*args, &block))
  end

  def sub_ext(ending)
    Pathname.new(@path.chomp(File.extname(@path)) + ending)
  end

  def absolute?
    @path.start_with?("/")
  end

  def relative?
    !absolute?
  end

  def root?
    !@path.empty? && @path.delete("/").empty?
  end

  def expand_path(*args)
    Pathname.new(File.expand_path(@path, *args))
  end

  def realpath(*args)
    Pathname.new(File.realpath(@path, *args))
  end

  def realdirpath(*args)
    Pathname.new(File.expand_path(@path, *args))
  end

  def cleanpath
    root = absolute? ? "/" : ""
    names = []
    @path.split("/").each do |name|
      case name
      when "", "." then next
      when ".."
        if names.empty? || names.last == ".."
          names << ".." if root.empty?
        else
          names.pop
        end
      else names << name
      end
    end
    clean = root + names.join("/")
    Pathname.new(clean.empty? ? "." : clean)
  end

  def relative_path_from(base)
    from = Pathname.new(base.to_s).cleanpath.to_s.split("/")
    to = cleanpath.to_s.split("/")
    from = [] if from == ["."]
    to = [] if to == ["."]
    while !from.empty? && !to.empty? && from.first == to.first
      from.shift
      to.shift
    end
    names = [".."] * from.size + to
    Pathname.new(names.empty? ? "." : names.join("/"))
  end

  def each_filename(&block)
    @path.split("/").reject(&:empty?).each(&block)
  end

  def descend
    return to_enum(:descend) unless block_given?
    list = []
    ascend { |path| list.unshift(path) }
    list.each { |path| yield path }
    nil
  end

  def ascend
    return to_enum(:ascend) unless block_given?
    path = self
    loop do
      yield path
      above = path.dirname
      break if above.to_s == path.to_s || above.to_s == "."
      path = above
    end
    nil
  end

  def children(with_directory = true)
    names = Dir.children(@path)
    with_directory ? names.map { |name| self + name } : names.map { |name| Pathname.new(name) }
  end

  def each_child(with_directory = true, &block)
    children(with_directory).each(&block)
  end

  def entries
    Dir.entries(@path).map { |name| Pathname.new(name) }
  end

  def glob(pattern, &block)
    list = Dir.glob(pattern, base: @path).map { |path| self + path }
    block ? list.each(&block) : list
  end

  def find(&block)
    Dir.glob("**/*", base: @path).map { |path| self + path }.unshift(self).each(&block)
  end

  def mkdir(*args)
    Dir.mkdir(@path, *args)
  end

  def mkpath
    FileUtils.mkdir_p(@path)
    nil
  end

  def rmtree
    FileUtils.rm_rf(@path)
    self
  end

  def rmdir
    Dir.rmdir(@path)
  end

  def delete
    directory? ? Dir.rmdir(@path) : File.delete(@path)
  end
  alias unlink delete

  %i[read binread write binwrite readlines open size].each do |name|
    define_method(name) { |*args, **options, &block| File.public_send(name, @path, *args, **options, &block) }
  end

  %i[exist? file? directory? symlink? readable? writable? executable? zero? mtime ctime atime stat lstat ftype].each do |name|
    define_method(name) { File.public_send(name, @path) }
  end

  def empty?
    directory? ? Dir.empty?(@path) : File.empty?(@path)
  end

  def each_line(*args, &block)
    File.foreach(@path, *args, &block)
  end

  def readlink
    Pathname.new(File.readlink(@path))
  end

  def chmod(mode)
    File.chmod(mode, @path)
  end

  def rename(to)
    File.rename(@path, to.to_s)
  end

  def fnmatch(pattern, *args)
    File.fnmatch(pattern, @path, *args)
  end
  alias fnmatch? fnmatch

  def to_json(*args)
    @path.to_json(*args)
  end
end

module Kernel
  def Pathname(path)
    path.is_a?(Pathname) ? path : Pathname.new(path)
  end
  private :Pathname
end
