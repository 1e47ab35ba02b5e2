class CSV
  include Enumerable

  class MalformedCSVError < RuntimeError
  end

  class Row
    include Enumerable
    attr_reader :headers, :fields

    def initialize(headers, fields)
      @headers = headers
      @fields = fields + [nil] * [headers.size - fields.size, 0].max
    end

    def [](key)
      return @fields[key] if key.is_a?(Integer)
      at = @headers.index(key)
      at && @fields[at]
    end
    alias field []

    def []=(key, value)
      at = key.is_a?(Integer) ? key : @headers.index(key)
      if at
        @fields[at] = value
      else
        @headers += [key]
        @fields << value
      end
    end

    def fetch(key, *default)
      return self[key] if @headers.include?(key)
      return yield(key) if block_given?
      return default.first unless default.empty?
      raise KeyError, "key not found: #{key}"
    end

    def to_h
      @headers.zip(@fields).to_h
    end
    alias to_hash to_h

    def each(&block)
      @headers.zip(@fields).each(&block)
      self
    end
    alias each_pair each

    def key?(name)
      @headers.include?(name)
    end
    alias has_key? key?
    alias header? key?
    alias include? key?

    def values_at(*keys)
      keys.map { |key| self[key] }
    end

    def dig(key, *rest)
      rest.empty? ? self[key] : self[key]&.dig(*rest)
    end

    def size
      @fields.size
    end

    def to_csv
      CSV.generate_line(@fields)
    end
    alias to_s to_csv

    def ==(other)
      other.is_a?(Row) ? to_h == other.to_h : @fields == other
    end

    def inspect
      "#<CSV::Row #{@headers.zip(@fields).map { |key, value| "#{key}:#{value.inspect}" }.join(' ')}>"
    end
  end

  class Table
    include Enumerable
    attr_reader :headers

    def initialize(rows, headers: [])
      @rows = rows
      @headers = headers
    end

    def each(&block)
      @rows.each(&block)
      self
    end

    def [](key)
      key.is_a?(Integer) ? @rows[key] : @rows.map { |row| row[key] }
    end

    def size
      @rows.size
    end
    alias length size

    def to_a
      [@headers] + @rows.map(&:fields)
    end

    def to_csv
      to_a.map { |row| CSV.generate_line(row) }.join
    end
    alias to_s to_csv

    def inspect
      "#<CSV::Table mode:col_or_row row_count:#{size + 1}>"
    end
  end

  def self.fields_of(text, col_sep, quote)
    rows = []
    row = []
    field = +""
    quoted = false
    touched = false
    i = 0
    chars = text.chars
    while i < chars.size
      c = chars[i]
      if quoted
        if c == quote
          if chars[i + 1] == quote
            field << quote
            i += 1
          else
            quoted = false
          end
        else
          field << c
        end
      elsif c == quote && field.empty?
        quoted = true
        touched = true
      elsif c == col_sep
        row << (field.empty? && !touched ? nil : field)
        field = +""
        touched = false
      elsif c == "\n" || c == "\r"
        i += 1 if c == "\r" && chars[i + 1] == "\n"
        if row.empty? && field.empty? && !touched
          rows << []
        else
          row << (field.empty? && !touched ? nil : field)
          rows << row
        end
        row = []
        field = +""
        touched = false
      else
        raise MalformedCSVError, "Illegal quoting in line #{rows.size + 1}." if c == quote
        field << c
      end
      i += 1
    end
    raise MalformedCSVError, "Unclosed quoted field in line #{rows.size + 1}." if quoted
    unless row.empty? && field.empty? && !touched
      row << (field.empty? && !touched ? nil : field)
      rows << row
    end
    rows
  end

  def self.convert(value, converters)
    Array(converters).each do |converter|
      value =
        case converter
        when :integer, :numeric, :all, :float
          if value.is_a?(String) && converter != :float && value.match?(/\A-?\d+\z/) then value.to_i
          elsif value.is_a?(String) && converter != :integer && value.match?(/\A-?\d+\.\d+\z/) then value.to_f
          else value
          end
        when Proc then value.nil? ? nil : converter.call(value)
        else value
        end
    end
    value
  end

  def self.parse(text, headers: false, col_sep: ",", quote_char: '"', converters: nil, header_converters: nil, skip_blanks: false, liberal_parsing: false, **_options, &block)
    rows = fields_of(text, col_sep, quote_char)
    rows = rows.reject(&:empty?) if skip_blanks || headers
    rows = rows.map { |row| row.map { |value| convert(value, converters) } } if converters && !headers
    if headers
      names = headers.is_a?(Array) ? headers : rows.shift || []
      names = names.map { |name| header_converters == :symbol ? name.to_s.strip.downcase.gsub(/[^\s\w]+/, "").gsub(/\s+/, "_").to_sym : name }
      rows = rows.map { |row| Row.new(names, row.map { |value| convert(value, converters) }) }
      table = Table.new(rows, headers: names)
      return table unless block
      rows.each(&block)
      return nil
    end
    return rows unless block
    rows.each(&block)
    nil
  end

  def self.parse_line(line, **options)
    parse(line, **options).first
  end

  def self.read(path, **options)
    parse(::File.read(path), **options)
  end

  def self.table(path, **options)
    read(path, headers: true, converters: :numeric, header_converters: :symbol, **options)
  end

  def self.foreach(path, mode = "r", **options, &block)
    return read(path, **options).each unless block
    read(path, **options).each(&block)
    nil
  end

  def self.generate_line(row, col_sep: ",", **_options)
    row.map do |value|
      text = value.to_s
      next "" if value.nil?
      text.empty? || text.match?(/[\r\n"]/) || text.include?(col_sep) || text.start_with?(" ") || text.end_with?(" ") ? "\"#{text.gsub('"', '""')}\"" : text
    end.join(col_sep) + "\n"
  end

  def self.generate(text = +"", **options)
    csv = new(text, **options)
    yield csv
    csv.string
  end

  def self.open(path, mode = "r", **options)
    if mode.start_with?("r")
      csv = new(::File.read(path), **options)
      return block_given? ? yield(csv) : csv
    end
    csv = new(+"", **options)
    yield csv
    mode.start_with?("a") ? ::File.write(path, csv.string, mode: "a") : ::File.write(path, csv.string)
  end

  attr_reader :string

  def initialize(text = +"", **options)
    @string = text.respond_to?(:read) ? text.read : text
    @options = options
  end

  def <<(row)
    @string << CSV.generate_line(row.respond_to?(:fields) ? row.fields : row, **@options)
    self
  end
  alias add_row <<
  alias puts <<

  def read
    CSV.parse(@string, **@options)
  end
  alias readlines read

  def each(&block)
    read.each(&block)
  end
end

class String
  def parse_csv(**options) = CSV.parse_line(self, **options)
end

class Array
  def to_csv(**options) = CSV.generate_line(self, **options)
end
