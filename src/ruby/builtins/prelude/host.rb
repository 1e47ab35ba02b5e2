module Etc
  Passwd = Struct.new(:name, :passwd, :uid, :gid, :gecos, :dir, :shell)
  Group = Struct.new(:name, :passwd, :gid, :mem)

  def self.getlogin
    __host__(:user)
  end

  def self.getpwuid(uid = Process.uid)
    Passwd.new(getlogin, "x", uid, Process.gid, "", Dir.home, "/bin/sh")
  end

  def self.getpwnam(name)
    raise ArgumentError, "can't find user for #{name}" unless name == getlogin
    getpwuid
  end

  def self.getgrgid(gid = Process.gid)
    Group.new(getlogin, "x", gid, [])
  end

  def self.nprocessors
    __host__(:processors)
  end

  def self.uname
    { sysname: RUBY_PLATFORM.include?("darwin") ? "Darwin" : "Linux", nodename: __host__(:name), release: "", version: "", machine: "x86_64" }
  end
end

module RbConfig
  CONFIG = {
    "host_os" => __host__(:os),
    "target_os" => __host__(:os),
    "host_cpu" => "x86_64",
    "target_cpu" => "x86_64",
    "arch" => RUBY_PLATFORM,
    "host" => RUBY_PLATFORM,
    "ruby_version" => "3.1.0",
    "MAJOR" => "3",
    "MINOR" => "1",
    "TEENY" => "2",
    "RUBY_PROGRAM_VERSION" => RUBY_VERSION,
    "ruby_install_name" => "ruby",
    "RUBY_INSTALL_NAME" => "ruby",
    "bindir" => "/usr/bin",
    "EXEEXT" => "",
    "prefix" => "/usr",
  }

  def self.ruby
    "/usr/bin/ruby"
  end
end

class SocketError < StandardError
end unless defined?(SocketError)

class Addrinfo
  attr_reader :ip_address

  def initialize(address)
    @ip_address = address
  end

  def self.ip(address)
    new(address)
  end

  def self.tcp(address, _port)
    new(address)
  end

  def ip?
    true
  end

  def ipv4?
    !@ip_address.include?(":")
  end

  def ipv6?
    @ip_address.include?(":")
  end

  def ipv4_loopback?
    @ip_address.start_with?("127.")
  end

  def ipv6_loopback?
    @ip_address == "::1"
  end

  def ipv4_private?
    ipv4? && IPAddr.new(@ip_address).private?
  end

  def ipv4_multicast?
    ipv4? && (224..239).cover?(@ip_address.to_i)
  end

  def ipv6_linklocal?
    @ip_address.start_with?("fe80")
  end

  def ipv6_multicast?
    @ip_address.start_with?("ff")
  end

  def inspect_sockaddr
    @ip_address
  end
end

class Socket
  AF_INET = 2
  AF_INET6 = 10
  SOCK_STREAM = 1

  # The mask is a guess by the kind of address: files only count its bits.
  class Interface
    attr_reader :name, :addr

    def initialize(name, addr)
      @name = name
      @addr = addr
    end

    def netmask
      loopback = addr.ipv4_loopback?
      v4 = loopback ? "255.0.0.0" : "255.255.255.0"
      v6 = addr.ipv6_loopback? ? "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "ffff:ffff:ffff:ffff::"
      Addrinfo.new(addr.ipv4? ? v4 : v6)
    end

    def broadaddr = nil
    def dstaddr = nil
    def flags = 0
    def ifindex = 1
  end

  def self.gethostname
    __host__(:name)
  end

  def self.ip_address_list
    __host__(:addresses).map { |address| Addrinfo.new(address) }
  end

  def self.getifaddrs
    ip_address_list.each_with_index.map { |address, at| Interface.new(at.zero? ? "lo" : "eth#{at - 1}", address) }
  end

  def self.tcp(*)
    raise SocketError, "the network cannot be used from here"
  end
end

module Timeout
  def self.timeout(_seconds, *_rest)
    yield
  end

  def timeout(*args, &block)
    Timeout.timeout(*args, &block)
  end
end

module Benchmark
  Tms = Struct.new(:utime, :stime, :total, :real)

  def self.realtime
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
  end

  def self.measure(&block)
    time = realtime(&block)
    Tms.new(0.0, 0.0, 0.0, time)
  end
end

class Mutex
  def synchronize
    yield
  end

  def lock = self
  def unlock = self
  def try_lock = true
  def locked? = false
end

class Monitor < Mutex
  alias mon_synchronize synchronize
end

class Queue
  def initialize(items = [])
    @items = items.to_a.dup
  end

  def push(item)
    @items.push(item)
    self
  end
  alias << push
  alias enq push

  def pop(_non_block = false)
    raise ThreadError, "queue empty" if @items.empty?
    @items.shift
  end
  alias shift pop
  alias deq pop

  def size = @items.size
  alias length size
  def empty? = @items.empty?
  def close = self
  def clear = @items.clear
end

class Thread
  module Backtrace
    Location = Struct.new(:path, :lineno, :label) do
      alias_method :absolute_path, :path
      alias_method :base_label, :label

      def to_s
        "#{path}:#{lineno}:in `#{label}'"
      end

      def inspect
        to_s.inspect
      end
    end
  end

  Mutex = ::Mutex
  Queue = ::Queue

  attr_accessor :name, :abort_on_exception, :report_on_exception

  def self.new(*args, &block)
    thread = allocate
    thread.run_now(args, block)
    thread
  end

  def self.start(*args, &block)
    new(*args, &block)
  end

  def self.current
    @current ||= allocate
  end

  def self.main
    current
  end

  def run_now(args, block)
    @value = block.call(*args)
  rescue Exception => e
    @error = e
  end

  def join(*)
    raise @error if @error
    self
  end

  def value
    join
    @value
  end

  def alive? = false
  def status = false
  def kill = self

  def [](key)
    (@locals ||= {})[key.to_sym]
  end

  def []=(key, value)
    (@locals ||= {})[key.to_sym] = value
  end
end

module ObjectSpace
  def self.each_object(*) = 0
  def self.garbage_collect(*) = nil
end

module GC
  def self.start(*) = nil
  def self.disable = false
  def self.enable = false
end

module Signal
  def self.trap(*) = "DEFAULT"
  def self.list = { "INT" => 2, "TERM" => 15 }
end

class StringScanner
  attr_accessor :pos, :string
  attr_reader :matched

  def initialize(text)
    @string = text
    @pos = 0
  end

  def scan(pattern) = advance(pattern, true, true)
  def match?(pattern) = advance(pattern, false, true)&.length
  def check(pattern) = advance(pattern, false, true)
  def scan_until(pattern) = advance(pattern, true, false)
  def skip(pattern) = advance(pattern, true, true)&.length
  def eos? = @pos >= @string.length
  def rest = @string[@pos..]
  def getch = scan(/./m)
  def peek(count) = @string[@pos, count]
  def [](index) = @match && @match[index]

  def advance(pattern, move, anchored)
    pattern = Regexp.new(Regexp.escape(pattern)) if pattern.is_a?(String)
    @match = rest.match(pattern)
    @match = nil if @match && anchored && @match.begin(0) != 0
    return @matched = nil unless @match
    text = anchored ? @match[0] : rest[0...@match.end(0)]
    @pos += text.length if move
    @matched = @match[0]
    text
  end
  private :advance
end

module Kernel
  def BigDecimal(text, *)
    text.to_s.to_r
  end
  private :BigDecimal
end

BigDecimal = Rational
