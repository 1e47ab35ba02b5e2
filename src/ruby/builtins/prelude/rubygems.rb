module Gem
  VERSION = "3.3.15"

  class LoadError < ::LoadError
  end
  class MissingSpecError < LoadError
  end
  class MissingSpecVersionError < MissingSpecError
  end
  class ConflictError < LoadError
  end

  class Version
    include Comparable

    PATTERN = /\A\s*([0-9]+(?>\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)?\s*\z/

    def self.correct?(text)
      text.to_s.match?(PATTERN)
    end

    def self.create(value)
      value.nil? || value.is_a?(Version) ? value : new(value)
    end

    attr_reader :version
    alias to_s version

    def initialize(text)
      raise ArgumentError, "Malformed version number string #{text}" unless self.class.correct?(text)
      text = text.to_s.strip
      text = "0" if text.empty?
      @version = text.gsub("-", ".pre.")
    end

    def segments
      @version.scan(/[0-9]+|[a-z]+/i).map { |part| part.match?(/\A\d+\z/) ? part.to_i : part }
    end

    def canonical_segments
      list = segments
      list.pop while list.size > 1 && list.last == 0
      at = list.index { |part| part.is_a?(String) }
      if at
        head = list[0...at]
        head.pop while head.last == 0
        list = head + list[at..]
      end
      list
    end

    def prerelease?
      @version.match?(/[a-zA-Z]/)
    end

    def release
      return self unless prerelease?
      list = segments
      list.pop while list.any? { |part| part.is_a?(String) }
      Version.new(list.join("."))
    end

    def bump
      list = segments
      list.pop while list.any? { |part| part.is_a?(String) }
      list.pop if list.size > 1
      list[-1] = list[-1].succ
      Version.new(list.join("."))
    end

    def approximate_recommendation
      list = segments
      list.pop while list.any? { |part| part.is_a?(String) }
      list.pop while list.size > 2
      list.push(0) while list.size < 2
      "~> #{list.join('.')}"
    end

    def <=>(other)
      other = Version.new(other) if other.is_a?(String) && Version.correct?(other)
      return nil unless other.is_a?(Version)
      a = canonical_segments
      b = other.canonical_segments
      [a.size, b.size].max.times do |at|
        x = a[at] || 0
        y = b[at] || 0
        next if x == y
        return -1 if x.is_a?(String) && y.is_a?(Integer)
        return 1 if x.is_a?(Integer) && y.is_a?(String)
        return x <=> y
      end
      0
    end

    def eql?(other)
      other.is_a?(Version) && @version == other.version
    end

    def hash
      canonical_segments.hash
    end

    def inspect
      "#<Gem::Version #{@version.inspect}>"
    end
  end

  class Requirement
    class BadRequirementError < ArgumentError
    end

    OPS = {
      "=" => ->(v, r) { v == r },
      "!=" => ->(v, r) { v != r },
      ">" => ->(v, r) { v > r },
      "<" => ->(v, r) { v < r },
      ">=" => ->(v, r) { v >= r },
      "<=" => ->(v, r) { v <= r },
      "~>" => ->(v, r) { v >= r && v.release < r.bump },
    }.freeze

    def self.default
      new(">= 0")
    end

    def self.create(*inputs)
      return new(*inputs) if inputs.size > 1
      input = inputs.first
      case input
      when Requirement then input
      when Version, Array then new(input)
      when nil then default
      else new(input)
      end
    end

    def self.parse(text)
      return ["=", text] if text.is_a?(Version)
      match = text.to_s.match(/\A\s*(=|!=|>=|<=|~>|>|<)?\s*([0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z\-.]+)?)\s*\z/)
      raise BadRequirementError, "Illformed requirement [#{text.inspect}]" unless match
      [match[1] || "=", Version.new(match[2])]
    end

    attr_reader :requirements

    def initialize(*texts)
      texts = texts.flatten.compact.uniq
      texts = [">= 0"] if texts.empty?
      @requirements = texts.map { |text| Requirement.parse(text) }
    end

    def satisfied_by?(version)
      @requirements.all? { |operator, wanted| OPS[operator].call(version, wanted) }
    end
    alias === satisfied_by?
    alias =~ satisfied_by?

    def as_list
      @requirements.map { |operator, version| "#{operator} #{version}" }
    end

    def to_s
      as_list.join(", ")
    end

    def none?
      as_list == [">= 0"]
    end

    def ==(other)
      other.is_a?(Requirement) && as_list.sort == other.as_list.sort
    end

    def inspect
      "Gem::Requirement.new(#{as_list.map(&:inspect).join(', ')})"
    end
  end

  class Dependency
    attr_reader :name, :requirement

    def initialize(name, *requirements)
      @name = name
      @requirement = Requirement.create(*requirements)
    end

    def match?(name, version)
      @name == name && @requirement.satisfied_by?(Version.create(version))
    end
  end

  class Platform
    RUBY = "ruby"

    def self.local
      new
    end

    def os
      RUBY_PLATFORM.include?("darwin") ? "darwin" : RUBY_PLATFORM.include?("mingw") ? "mingw32" : "linux"
    end

    def cpu
      RUBY_PLATFORM.split("-").first
    end

    def to_s
      "#{cpu}-#{os}"
    end
  end

  class Specification
    def self.find_by_name(name, *)
      raise MissingSpecError, "Could not find '#{name}' among 0 total gem(s)"
    end

    def self.find_all_by_name(*)
      []
    end

    def self.any?(*)
      false
    end
  end

  def self.win_platform?
    RUBY_PLATFORM.include?("mingw")
  end

  def self.ruby_version
    Version.new(RUBY_VERSION)
  end

  def self.loaded_specs
    {}
  end

  def self.install(*)
    raise LoadError, "gems cannot be installed here"
  end
end

module Kernel
  def gem(name, *)
    raise Gem::MissingSpecError, "Could not find '#{name}' among 0 total gem(s)"
  end
  private :gem
end
