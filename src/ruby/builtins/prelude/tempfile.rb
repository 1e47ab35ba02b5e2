class Dir
  def self.tmpdir
    folder = %w[TMPDIR TMP TEMP].map { |name| ENV[name] }.find { |path| path && File.directory?(path) }
    folder || "/tmp"
  end

  def self.mktmpdir(prefix = "d", folder = nil)
    head, tail = prefix.is_a?(Array) ? prefix : [prefix || "d", ""]
    path = File.join(folder || tmpdir, "#{head}#{SecureRandom.hex(6)}#{tail}")
    mkdir(path, 0o700)
    return path unless block_given?
    begin
      yield path
    ensure
      FileUtils.rm_rf(path)
    end
  end
end

class Tempfile
  def self.create(name = "", folder = nil)
    file = new(name, folder)
    return file unless block_given?
    begin
      yield file
    ensure
      file.close!
    end
  end

  def self.open(*args)
    file = new(*args)
    return file unless block_given?
    begin
      yield file
    ensure
      file.close
    end
  end

  attr_reader :path

  def initialize(name = "", folder = nil, **_options)
    head, tail = name.is_a?(Array) ? name : [name, ""]
    @path = File.join(folder || Dir.tmpdir, "#{head}#{SecureRandom.hex(6)}#{tail}")
    @file = File.open(@path, "w+")
  end

  def close(remove = false)
    @file.close
    unlink if remove
    nil
  end

  def close!
    close(true)
  end

  def unlink
    File.delete(@path) if @path && File.exist?(@path)
    nil
  end
  alias delete unlink

  def length
    File.size(@path)
  end
  alias size length

  def open
    @file = File.open(@path, "r+")
  end

  def to_path
    @path
  end

  def respond_to_missing?(name, all = false)
    @file.respond_to?(name, all)
  end

  def method_missing(name, *args, **options, &block)
    answer = @file.public_send(name, *args, **options, &block)
    answer.equal?(@file) ? self : answer
  end

  %i[puts print write << printf read gets each_line rewind flush fsync chmod close_write binmode].each do |name|
    define_method(name) do |*args, &block|
      answer = @file.public_send(name, *args, &block)
      answer.equal?(@file) ? self : answer
    end
  end
end
