class OptionParser
  class ParseError < RuntimeError
    attr_reader :args

    def initialize(*args)
      @args = args
      super("#{reason}: #{args.join(' ')}")
    end

    def reason
      "parse error"
    end
  end

  class InvalidOption < ParseError
    def reason = "invalid option"
  end
  class MissingArgument < ParseError
    def reason = "missing argument"
  end
  class InvalidArgument < ParseError
    def reason = "invalid argument"
  end
  class NeedlessArgument < ParseError
    def reason = "needless argument"
  end
  class AmbiguousOption < ParseError
    def reason = "ambiguous option"
  end

  Option = Struct.new(:short, :long, :argument, :optional, :negatable, :type, :list, :text, :block, :key)

  attr_accessor :banner, :program_name, :version, :summary_width, :summary_indent

  def initialize(banner = nil)
    @banner = banner
    @options = []
    @lines = []
    @program_name = File.basename($0.to_s, ".*")
    yield self if block_given?
  end

  def separator(text = "")
    @lines << text
  end

  def on(*args, &block)
    option = Option.new(nil, nil, nil, false, false, nil, nil, [], block, nil)
    args.each do |arg|
      case arg
      when /\A--\[no-\]([^\s=\[]+)(?:[ =]?(.*))?\z/m
        option.long = $1
        option.negatable = true
      when /\A--no-([^\s=\[]+)\z/
        option.long = $1
        option.negatable = true
      when /\A--([^\s=\[]+)(\[?[ =]?.*)?\z/m
        option.long = $1
        rest = $2.to_s.strip
        unless rest.empty?
          option.argument = rest.delete("[]=")
          option.optional = rest.include?("[")
        end
      when /\A-(.)(\s*.+)?\z/m
        option.short = $1
        rest = $2.to_s.strip
        unless rest.empty?
          option.argument ||= rest.delete("[]=")
          option.optional ||= rest.include?("[")
        end
      when String then option.text << arg
      when Array, Hash then option.list = arg
      when Class, Regexp then option.type = arg
      when Symbol then option.optional = arg == :OPTIONAL
      end
    end
    option.key = (option.long || option.short).to_s.tr("-", "_").to_sym
    @options << option
    @lines << option
    self
  end
  alias def_option on
  alias on_tail on
  alias on_head on

  def parse(args = ARGV, into: nil)
    parse!(args.dup, into: into)
  end

  def parse!(args = ARGV, into: nil)
    kept = []
    until args.empty?
      word = args.shift
      if word == "--"
        kept.concat(args.shift(args.size))
      elsif word =~ /\A--no-(.+)\z/ && (option = @options.find { |o| o.negatable && o.long == $1 })
        store(option, false, into)
      elsif word =~ /\A--([^=]+)(?:=(.*))?\z/m
        name = $1
        given = $2
        option = @options.find { |o| o.long == name }
        option ||= begin
          near = @options.select { |o| o.long&.start_with?(name) }
          near.size == 1 ? near.first : nil
        end
        if option.nil?
          if name == "help"
            puts help
            exit
          end
          raise InvalidOption, word
        end
        take(option, word, given, args, into)
      elsif word =~ /\A-(.)(.*)\z/m && word != "-"
        name = $1
        rest = $2
        option = @options.find { |o| o.short == name }
        if option.nil?
          if name == "h"
            puts help
            exit
          end
          raise InvalidOption, "-#{name}"
        end
        if option.argument
          take(option, "-#{name}", rest.empty? ? nil : rest, args, into)
        else
          store(option, true, into)
          args.unshift("-#{rest}") unless rest.empty?
        end
      else
        kept << word
      end
    end
    args.replace(kept)
  end
  alias order! parse!
  alias permute! parse!

  def take(option, word, given, args, into)
    unless option.argument
      raise NeedlessArgument, "#{word}" if given
      return store(option, true, into)
    end
    if given.nil? && !(option.optional && (args.empty? || args.first.start_with?("-")))
      raise MissingArgument, word if args.empty?
      given = args.shift
    end
    store(option, given.nil? ? nil : convert(option, word, given), into)
  end
  private :take

  def convert(option, word, text)
    if option.list
      list = option.list.is_a?(Hash) ? option.list.keys : option.list
      found = list.find { |item| item.to_s == text } || list.find { |item| item.to_s.start_with?(text) }
      raise InvalidArgument.new(word, text) if found.nil?
      return option.list.is_a?(Hash) ? option.list[found] : found
    end
    kind = option.type
    if kind == Integer then Integer(text)
    elsif kind == Float || kind == Numeric then Float(text)
    elsif kind == Array then text.split(",")
    elsif kind == Symbol then text.to_sym
    elsif kind.is_a?(Regexp) then kind.match?(text) ? text : raise(InvalidArgument.new(word, text))
    elsif kind == TrueClass then %w[true yes on +].include?(text)
    else text
    end
  rescue ArgumentError
    raise InvalidArgument.new(word, text)
  end
  private :convert

  def store(option, value, into)
    into[option.long ? option.long.to_sym : option.short.to_sym] = value if into
    option.block&.call(value)
  end
  private :store

  def help
    text = +"#{@banner || "Usage: #{@program_name} [options]"}\n"
    @lines.each do |line|
      if line.is_a?(String)
        text << line << "\n"
        next
      end
      long = line.long && "--#{'[no-]' if line.negatable}#{line.long}"
      names = [line.short && "-#{line.short}", long].compact.join(", ")
      names = "    #{names}" if line.short.nil?
      if line.argument
        names += line.long ? (line.optional ? " [#{line.argument}]" : " #{line.argument}") : " #{line.argument}"
      end
      text << "    #{names.ljust(32)} #{line.text.first}".rstrip << "\n"
      line.text.drop(1).each { |more| text << " " * 37 << more << "\n" }
    end
    text
  end
  alias to_s help
end

class GetoptLong
  NO_ARGUMENT = 0
  REQUIRED_ARGUMENT = 1
  OPTIONAL_ARGUMENT = 2

  attr_accessor :quiet, :ordering

  class Error < StandardError
  end
  class InvalidOption < Error
  end
  class MissingArgument < Error
  end

  PERMUTE = 1
  REQUIRE_ORDER = 0
  RETURN_IN_ORDER = 2

  def initialize(*options)
    @names = {}
    options.each do |option|
      kind = option.last
      option[0..-2].each { |name| @names[name] = [option.first, kind] }
    end
  end

  def each
    rest = []
    until ARGV.empty?
      word = ARGV.shift
      if word == "--"
        rest.concat(ARGV)
        ARGV.clear
        break
      end
      unless word.start_with?("-") && word != "-"
        rest << word
        next
      end
      name, value = word.split("=", 2)
      canonical, kind = @names[name]
      raise InvalidOption, "unrecognized option `#{name}'" if canonical.nil?
      if value.nil? && kind != NO_ARGUMENT
        if !ARGV.empty? && !(kind == OPTIONAL_ARGUMENT && ARGV.first.start_with?("-"))
          value = ARGV.shift
        elsif kind == REQUIRED_ARGUMENT
          raise MissingArgument, "option `#{name}' requires an argument"
        end
      end
      yield canonical, value.to_s
    end
    ARGV.replace(rest)
    self
  end
  alias each_option each
end
