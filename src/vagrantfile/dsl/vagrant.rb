# The rest of Vagrant's own API that files touch, loaded when one of its names is
# used. What needs a program goes through Open3, so that the world may refuse it.

module Vagrant
  module UI
    # What every kind of output can do; this one says nothing.
    class Interface
      attr_accessor :opts, :stdin, :stdout, :stderr

      def initialize(*)
        @opts = {}
        @stdin = $stdin
        @stdout = $stdout
        @stderr = $stderr
      end

      %i[ask detail warn error info output success].each do |kind|
        define_method(kind) { |*_message, **_opts| nil }
      end

      %i[clear_line report_progress machine].each do |kind|
        define_method(kind) { |*_data| nil }
      end

      def color? = false
      def say(_kind, message, **opts) = info(message, **opts)
      def format_message(_kind, message, **_opts) = message

      def scope(_name)
        block_given? ? yield(self) : self
      end

      def rewriting
        yield self
      end
    end

    class Silent < Interface
    end

    # Prints lines; errors to the other stream.
    class Basic < Interface
      %i[detail info warn error output success].each do |kind|
        define_method(kind) { |message, **opts| say(kind, message, **opts) }
      end

      def ask(message, **opts)
        say(:info, message, **opts, new_line: false)
        $stdin.gets.to_s.chomp
      end

      def say(kind, message, **opts)
        stream = kind == :error || opts[:channel] == :error ? $stderr : $stdout
        text = format_message(kind, message.to_s, **opts)
        opts[:new_line] == false ? stream.print(text) : stream.puts(text)
        nil
      end
    end

    class NonInteractive < Basic
    end

    class Colored < Basic
      def color? = true
    end

    class MachineReadable < Silent
    end

    # Puts a name before every line.
    class Prefixed < Interface
      OUTPUT_PREFIX = "==> "

      def initialize(ui, prefix)
        super()
        @ui = ui
        @prefix = prefix
      end

      %i[ask detail warn error info output success].each do |kind|
        define_method(kind) do |message, **opts|
          @ui.public_send(kind, format_message(kind, message.to_s, **opts), **opts)
        end
      end

      def color? = @ui.color?

      def format_message(kind, message, prefix: true, **_opts)
        return message unless prefix
        lead = kind == :detail || kind == :ask ? "    " : OUTPUT_PREFIX
        message.split("\n", -1).map { |line| "#{lead}#{@prefix}: #{line}" }.join("\n")
      end
    end
  end

  module Errors
    class VagrantError
      attr_accessor :extra_data

      def self.error_message(text)
        define_method(:error_message) { text }
      end

      def self.error_key(*)
      end

      def self.error_namespace(*)
      end

      def initialize(*args)
        @extra_data = args.grep(Hash).first || {}
        super(args.grep(String).first || error_message)
      end

      def error_message = "No error message"
      def error_key = nil
      def status_code = 1
    end
  end

  module Action
    class Builder
      def self.build(*) = new
      def use(*) = self
      def insert_before(*) = nil
      def insert_after(*) = nil
      alias insert insert_before
      def replace(*) = nil
      def delete(*) = nil
    end

    def self.action_hook(*) = nil

    module General
      def self.const_missing(name) = const_set(name, Class.new)
    end

    module Builtin
      def self.const_missing(name) = const_set(name, Class.new)
    end
  end

  module Plugin
    # What is installed; rove's own list stands for it.
    class Manager
      def self.instance
        @instance ||= new
      end

      def installed_plugins
        Vagrant.installed_plugin_names.to_h { |name| [name, { "gem_version" => "" }] }
      end

      def installed_specs
        Vagrant.installed_plugin_names.map { |name| Gem::Specification.new(name, "1.0.0") }
      end

      def plugin_installed?(name, version = nil)
        Vagrant.has_plugin?(name, version)
      end

      def install_plugin(name, **)
        raise Vagrant::Errors::VagrantError, "the plugin `#{name}` is not installed: rove has no plugins in Ruby"
      end

      def uninstall_plugin(*) = nil
      def globalize! = nil
      def localize!(*) = nil
      def load_plugins(*) = nil
      def self.user_plugins_file = Vagrant.user_data_path.join("plugins.json")
    end
  end

  module Util
    module Subprocess
      Result = Struct.new(:exit_code, :stdout, :stderr)

      def self.execute(*command)
        options = command.last.is_a?(Hash) ? command.pop : {}
        folder = options[:workdir] ? { chdir: options[:workdir].to_s } : {}
        environment = (options[:env] || {}).to_h { |key, value| [key.to_s, value] }
        out, err, status = Open3.capture3(environment, *command.map(&:to_s), **folder)
        if block_given?
          yield :stdout, out unless out.empty?
          yield :stderr, err unless err.empty?
        end
        Result.new(status.exitstatus, out, err)
      rescue Errno::ENOENT
        raise Vagrant::Errors::CommandUnavailable, "the program `#{command.first}` is not installed"
      end
    end

    # Fetches a file with the system's `curl`.
    class Downloader
      attr_reader :source, :destination

      def initialize(source, destination, options = nil)
        @source = source.to_s
        @destination = destination.to_s
        @options = options || {}
      end

      def download!
        result = Subprocess.execute("curl", "-fsSL", "--output", @destination, @source)
        raise Vagrant::Errors::DownloaderError, result.stderr unless result.exit_code == 0
        true
      end

      def head
        Subprocess.execute("curl", "-fsSLI", @source).stdout
      end
    end

    module Retryable
      def retryable(opts = nil)
        opts = { tries: 1, on: Exception }.merge(opts || {})
        left = opts[:tries]
        begin
          yield
        rescue *Array(opts[:on])
          left -= 1
          retry if left > 0
          raise
        end
      end
      module_function :retryable
    end

    module NetworkIP
      def network_address(address, mask)
        IPAddr.new(address.to_s).mask(mask.to_s).to_s
      end
      module_function :network_address
    end

    module IsPortOpen
      # Nothing is asked over the network while a file is read.
      def is_port_open?(*) = false
      module_function :is_port_open?
    end

    module SafePuts
      def safe_puts(message = nil, opts = nil)
        stream = (opts || {})[:io] || $stdout
        stream.public_send((opts || {})[:printer] || :puts, message)
      end
    end

    module Env
      def self.with_original_env = yield
      def self.with_clean_env = yield
    end

    module Experimental
      def self.enabled? = !features_requested.empty?
      def self.global_enabled? = ENV["VAGRANT_EXPERIMENTAL"] == "1"
      def self.features_requested = ENV["VAGRANT_EXPERIMENTAL"].to_s.downcase.split(",")

      def self.feature_enabled?(name)
        global_enabled? || features_requested.include?(name.to_s.downcase)
      end

      def self.guard_with(*names)
        yield if names.all? { |name| feature_enabled?(name) }
      end
    end

    module DeepMerge
      def self.deep_merge(one, other, &block)
        one.merge(other) do |key, ours, theirs|
          if ours.is_a?(Hash) && theirs.is_a?(Hash)
            deep_merge(ours, theirs, &block)
          else
            block ? block.call(key, ours, theirs) : theirs
          end
        end
      end
    end

    # Takes keys as symbols and as strings.
    class HashWithIndifferentAccess < Hash
      def initialize(from = {}, &block)
        super(&block)
        from.each { |key, value| self[key] = value }
      end

      def [](key) = super(convert(key))
      def []=(key, value)
        super(convert(key), value)
      end
      alias store []=

      def fetch(key, *rest, &block) = super(convert(key), *rest, &block)
      def key?(key) = super(convert(key))
      alias has_key? key?
      alias include? key?
      alias member? key?
      def delete(key) = super(convert(key))
      def values_at(*keys) = super(*keys.map { |key| convert(key) })

      def merge(other) = dup.merge!(other)

      def merge!(other)
        other.each { |key, value| self[key] = value }
        self
      end
      alias update merge!

      private

      def convert(key) = key.is_a?(Symbol) ? key.to_s : key
    end

    module ShellQuote
      def self.escape(text, quote)
        text.gsub(/#{quote}/) { "#{quote}\\#{quote}#{quote}" }
      end
    end

    class TemplateRenderer
      def self.render_string(template, data = {})
        ERB.new(template, trim_mode: "-").result_with_hash(data)
      end

      def self.render(template, data = {})
        render_string(File.read(template), data)
      end
    end

    module ANSIEscapeCodeRemover
      def remove_ansi_escape_codes(text)
        text.gsub(/\e\[(?:\d{0,3};?)*[A-Za-z]/, "")
      end
    end

    module Counter
      def get_and_update_counter(name = nil)
        @__counter ||= Hash.new(1)
        @__counter[name] += 1
        @__counter[name] - 1
      end
    end

    module Presence
      module_function

      def present?(object)
        case object
        when Array, Hash then !object.empty?
        when String then !object.strip.empty?
        else !!object
        end
      end

      def presence(object) = present?(object) ? object : false
    end

    module Numeric
      SIZES = { "B" => 1, "KB" => 1 << 10, "MB" => 1 << 20, "GB" => 1 << 30, "TB" => 1 << 40 }.freeze

      def self.string_to_bytes(text)
        number, unit = text.to_s.strip.upcase.match(/\A(\d+)\s*([KMGT]?I?B)\z/)&.captures
        unit && number.to_i * SIZES[unit.delete("I")]
      end

      def self.bytes_to_megabytes(bytes) = (bytes.to_f / (1 << 20)).round(2)
    end

    module Caps
    end

    class PowerShell
      def self.available? = false
      def self.version = nil

      def self.execute(path, *args, **opts, &block)
        Subprocess.execute("powershell", "-File", path, *args, opts, &block)
      end
    end

    class SSH
    end

    class Busy
      def self.busy(*) = yield
    end
  end

  # What a file may hold in hand of Vagrant's inside; none of it is there.
  class Environment
    DEFAULT_HOME = "~/.vagrant.d"
    DEFAULT_LOCAL_DATA = ".vagrant"
    attr_reader :cwd, :ui

    def initialize(opts = {})
      @cwd = Pathname.new((opts[:cwd] || Dir.pwd).to_s)
      @ui = (opts[:ui_class] || UI::Silent).new
    end

    def root_path = cwd
    def home_path = Vagrant.user_data_path
    def boxes_path = home_path.join("boxes")
    def local_data_path = cwd.join(DEFAULT_LOCAL_DATA)
    def active_machines = []
    def machine_names = []
    def machine_index = []
    def hook(*) = nil
  end

  class Machine
  end

  class Box
  end
end

module VagrantPlugins
  # Providers, provisioners and commands as modules that files reopen or patch.
  module Anything
    def const_missing(name)
      const_set(name, Module.new.extend(Anything))
    end
  end

  module ProviderVirtualBox
    extend Anything

    module Driver
      extend Anything

      # Asks VirtualBox for its version.
      class Meta
        attr_reader :version, :uuid

        def initialize(uuid = nil)
          @uuid = uuid
          @version = read_version
        end

        def read_version
          program = Vagrant::Util::Which.which("VBoxManage")
          out = program && Vagrant::Util::Subprocess.execute(program, "--version").stdout
          found = out.to_s.lines.map(&:strip).grep(/\A\d+\./).last
          raise Vagrant::Errors::VirtualBoxNotDetected, "VirtualBox is not installed" unless found
          found[/\A[\d.]+/]
        end
      end
    end

    module Action
      def self.const_missing(name) = const_set(name, Class.new)
    end
  end

  module HyperV
    extend Anything

    module Action
      def self.const_missing(name) = const_set(name, Class.new)
    end
  end

  module CommandServe
    extend Anything
  end
end

# The logger that Vagrant itself uses.
module Log4r
  DEBUG, INFO, WARN, ERROR, FATAL = 1, 2, 3, 4, 5
  ALL = 0
  OFF = 6
  LNAMES = %w[ALL DEBUG INFO WARN ERROR FATAL OFF].freeze

  class Outputter
    def self.stdout = new
    def self.stderr = new
    def self.[](_name) = new
    def initialize(*) = nil
    attr_accessor :formatter, :level
  end

  class StdoutOutputter < Outputter
  end

  class StderrOutputter < Outputter
  end

  class FileOutputter < Outputter
  end

  class Formatter
    def initialize(*) = nil
  end

  class BasicFormatter < Formatter
  end

  class PatternFormatter < Formatter
  end

  class Logger
    attr_accessor :level, :outputters, :additive, :trace
    attr_reader :name

    def self.[](name) = new(name)
    def self.root = new("root")
    def self.global = new("global")
    def self.each_logger = nil

    def initialize(name = "", level = INFO, *)
      @name = name
      @level = level
      @outputters = []
    end

    def add(*list)
      @outputters.concat(list)
    end

    %i[debug info warn error fatal].each do |kind|
      define_method(kind) { |*_message| nil }
      define_method("#{kind}?") { false }
    end
  end

  module Log4rConfig
    LogLevels = %w[DEBUG INFO WARN ERROR FATAL].freeze
  end
end

module I18n
  def self.t(key, **_values) = key.to_s
  def self.translate(key, **values) = t(key, **values)
  def self.load_path = @load_path ||= []
  def self.reload! = nil
  def self.locale = :en
end
