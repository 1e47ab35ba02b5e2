module FileUtils
  module_function

  def pwd
    Dir.pwd
  end

  def cd(path, **_options, &block)
    Dir.chdir(path, &block)
  end

  def list_of(paths)
    [paths].flatten.map { |path| path.respond_to?(:to_path) ? path.to_path : path }
  end

  def mkdir(paths, mode: nil, **_options)
    list_of(paths).each { |path| mode ? Dir.mkdir(path, mode) : Dir.mkdir(path) }
  end

  def mkdir_p(paths, mode: nil, **_options)
    list_of(paths).each do |path|
      missing = []
      here = File.expand_path(path)
      until File.directory?(here)
        raise Errno::EEXIST, path if File.exist?(here)
        missing.unshift(here)
        here = File.dirname(here)
      end
      missing.each { |folder| Dir.mkdir(folder) }
      File.chmod(mode, path) if mode
    end
  end

  def rmdir(paths, **_options)
    list_of(paths).each { |path| Dir.rmdir(path) }
  end

  def touch(paths, **_options)
    list_of(paths).each { |path| File.open(path, "a") {} }
  end

  def rm(paths, force: false, **_options)
    list_of(paths).each do |path|
      begin
        File.delete(path)
      rescue SystemCallError
        raise unless force
      end
    end
  end

  def rm_f(paths, **_options)
    rm(paths, force: true)
  end

  def rm_r(paths, force: false, **_options)
    list_of(paths).each do |path|
      begin
        if File.directory?(path) && !File.symlink?(path)
          Dir.children(path).each { |name| FileUtils.rm_r(File.join(path, name), force: force) }
          Dir.rmdir(path)
        else
          File.delete(path)
        end
      rescue SystemCallError
        raise unless force
      end
    end
  end

  def rm_rf(paths, **_options)
    rm_r(paths, force: true)
  end

  def target_of(from, to)
    File.directory?(to) ? File.join(to, File.basename(from)) : to
  end

  def copy_file(from, to, *_rest)
    File.binwrite(to, File.binread(from))
  end

  def cp(from, to, **_options)
    list_of(from).each { |path| copy_file(path, target_of(path, to)) }
  end

  def cp_r(from, to, **_options)
    list_of(from).each do |path|
      target = path.end_with?("/.") ? to : target_of(path, to)
      if File.directory?(path)
        FileUtils.mkdir_p(target)
        Dir.children(path).each { |name| FileUtils.cp_r(File.join(path, name), File.join(target, name)) }
      else
        copy_file(path, target)
      end
    end
  end

  def mv(from, to, **_options)
    list_of(from).each { |path| File.rename(path, target_of(path, to)) }
    0
  end

  def ln_s(from, to, force: false, **_options)
    list_of(from).each do |path|
      target = target_of(path, to)
      File.delete(target) if force && (File.exist?(target) || File.symlink?(target))
      File.symlink(path, target)
    end
  end

  def ln_sf(from, to, **_options)
    ln_s(from, to, force: true)
  end

  def install(from, to, mode: nil, **_options)
    list_of(from).each do |path|
      target = target_of(path, to)
      copy_file(path, target)
      File.chmod(mode, target) if mode
    end
  end

  def chmod(mode, paths, **_options)
    mode = mode.is_a?(Integer) ? mode : 0o755
    list_of(paths).each { |path| File.chmod(mode, path) }
  end

  def chmod_R(mode, paths, **_options)
    list_of(paths).each do |path|
      chmod(mode, path)
      Dir.children(path).each { |name| FileUtils.chmod_R(mode, File.join(path, name)) } if File.directory?(path)
    end
  end

  def chown(*) = nil
  def chown_R(*) = nil

  def compare_file(a, b)
    File.binread(a) == File.binread(b)
  end

  class << self
    alias chdir cd
    alias getwd pwd
    alias makedirs mkdir_p
    alias mkpath mkdir_p
    alias remove rm
    alias safe_unlink rm_f
    alias rmtree rm_rf
    alias remove_dir rm_r
    alias remove_entry rm_r
    alias remove_entry_secure rm_r
    alias copy cp
    alias move mv
    alias symlink ln_s
    alias identical? compare_file
    alias cmp compare_file
  end

  module Verbose
  end
end
