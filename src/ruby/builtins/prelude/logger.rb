class Logger
  module Severity
    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3
    FATAL = 4
    UNKNOWN = 5
  end
  include Severity
  DEBUG = 0
  INFO = 1
  WARN = 2
  ERROR = 3
  FATAL = 4
  UNKNOWN = 5
  NAMES = %w[DEBUG INFO WARN ERROR FATAL ANY].freeze

  class Formatter
    def call(severity, time, program, message)
      stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%6N")
      format("%s, [%s #%d] %5s -- %s: %s\n", severity[0], stamp, Process.pid, severity, program, message.is_a?(String) ? message : message.inspect)
    end
  end

  attr_accessor :progname, :formatter, :datetime_format
  attr_reader :level

  def initialize(output = nil, *_rest, level: DEBUG, progname: nil, formatter: nil, datetime_format: nil)
    @output = output.is_a?(String) ? File.open(output, "a") : output
    self.level = level
    @progname = progname
    @formatter = formatter
    @datetime_format = datetime_format
  end

  def level=(value)
    @level = value.is_a?(Integer) ? value : NAMES.index(value.to_s.upcase)
  end

  def add(severity, message = nil, program = nil)
    return true if @output.nil? || severity < @level
    program ||= @progname
    if message.nil?
      if block_given?
        message = yield
      else
        message = program
        program = @progname
      end
    end
    name = NAMES[severity] || "ANY"
    @output.write((@formatter || Formatter.new).call(name, Time.now, program, message))
    true
  end
  alias log add

  %w[debug info warn error fatal unknown].each_with_index do |name, severity|
    define_method(name) { |message = nil, &block| add(severity, nil, message, &block) }
    define_method("#{name}?") { @level <= severity }
    define_method("#{name}!") { @level = severity }
  end

  def <<(text)
    @output&.write(text)
    self
  end

  def close
    @output.close if @output.is_a?(File)
  end
end
