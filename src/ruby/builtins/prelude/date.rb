class Date
  include Comparable

  class Error < ArgumentError
  end

  MONTHNAMES = [nil, "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"].freeze
  ABBR_MONTHNAMES = [nil, "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].freeze
  DAYNAMES = %w[Sunday Monday Tuesday Wednesday Thursday Friday Saturday].freeze
  ABBR_DAYNAMES = %w[Sun Mon Tue Wed Thu Fri Sat].freeze

  def self.today
    now = Time.now
    new(now.year, now.month, now.day)
  end

  def self.valid_date?(year, month, day)
    !Time._civil_days(year, month, day).nil?
  end

  def self.valid_civil?(*args)
    valid_date?(*args)
  end

  def self.leap?(year)
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
  end

  def self.gregorian_leap?(year)
    leap?(year)
  end

  def self.civil(*args)
    new(*args)
  end

  def self.from_days(days)
    new(*Time._days_civil(days))
  end

  def self.parse(text)
    time = Time.parse(text.to_s)
    new(time.year, time.month, time.day)
  rescue ArgumentError
    raise Date::Error, "invalid date"
  end

  def self.iso8601(text)
    parse(text)
  end

  def self.strptime(text, format = "%F")
    time = Time.strptime(text, format)
    new(time.year, time.month, time.day)
  rescue ArgumentError
    raise Date::Error, "invalid date"
  end

  attr_reader :days

  def initialize(year = -4712, month = 1, day = 1)
    month += 13 if month < 0
    if day < 0
      following = Time._civil_days(month == 12 ? year + 1 : year, month % 12 + 1, 1)
      @days = following && following + day
    else
      @days = Time._civil_days(year, month, day)
    end
    raise Date::Error, "invalid date" if @days.nil?
    @year, @month, @day = Time._days_civil(@days)
  end

  attr_reader :year, :month, :day
  alias mon month
  alias mday day

  def wday
    (@days + 4) % 7
  end

  def yday
    @days - Time._civil_days(@year, 1, 1) + 1
  end

  def cwday
    wday == 0 ? 7 : wday
  end

  def cweek
    strftime("%V").to_i
  end

  def cwyear
    strftime("%G").to_i
  end

  def jd
    @days + 2_440_588
  end

  def mjd
    @days + 40_587
  end

  def ajd
    Rational(jd * 2 - 1, 2)
  end

  def leap?
    Date.leap?(@year)
  end

  DAYNAMES.each_with_index { |name, index| define_method("#{name.downcase}?") { wday == index } }

  def +(other)
    raise TypeError, "expected numeric" unless other.is_a?(Numeric)
    self.class.from_days(@days + other.to_i)
  end

  def -(other)
    return Rational(@days - other.days, 1) if other.is_a?(Date)
    raise TypeError, "expected numeric" unless other.is_a?(Numeric)
    self.class.from_days(@days - other.to_i)
  end

  def >>(months)
    total = @year * 12 + @month - 1 + months
    year, month = total.divmod(12)
    day = @day
    day -= 1 until Time._civil_days(year, month + 1, day)
    self.class.new(year, month + 1, day)
  end

  def <<(months)
    self >> -months
  end

  def next_day(count = 1) = self + count
  def prev_day(count = 1) = self - count
  def next_month(count = 1) = self >> count
  def prev_month(count = 1) = self << count
  def next_year(count = 1) = self >> (count * 12)
  def prev_year(count = 1) = self << (count * 12)
  def next = next_day
  alias succ next

  def step(limit, by = 1)
    return to_enum(:step, limit, by) unless block_given?
    date = self
    while by > 0 ? date <= limit : date >= limit
      yield date
      date += by
    end
    self
  end

  def upto(limit, &block)
    step(limit, 1, &block)
  end

  def downto(limit, &block)
    step(limit, -1, &block)
  end

  def <=>(other)
    other.is_a?(Date) ? @days <=> other.days : nil
  end

  def ==(other)
    other.is_a?(Date) && @days == other.days
  end
  alias eql? ==

  def ===(other)
    self == other
  end

  def hash
    @days.hash
  end

  def to_time
    Time.local(@year, @month, @day)
  end

  def to_date
    self
  end

  def to_datetime
    DateTime.new(@year, @month, @day)
  end

  def strftime(format = "%F")
    Time.utc(@year, @month, @day).strftime(format.gsub("%Z", "+00:00"))
  end

  def to_s
    strftime("%Y-%m-%d")
  end
  alias iso8601 to_s
  alias xmlschema to_s

  def inspect
    "#<Date: #{self} ((#{jd}j,0s,0n),+0s,2299161j)>"
  end
end

class DateTime < Date
  def self.now
    time = Time.now
    new(time.year, time.month, time.day, time.hour, time.min, time.sec)
  end

  def self.parse(text)
    time = Time.parse(text)
    new(time.year, time.month, time.day, time.hour, time.min, time.sec)
  end

  attr_reader :hour, :minute, :second
  alias min minute
  alias sec second

  def initialize(year = -4712, month = 1, day = 1, hour = 0, minute = 0, second = 0, _offset = nil)
    super(year, month, day)
    @hour = hour
    @minute = minute
    @second = second
  end

  def to_time
    Time.utc(year, month, day, hour, minute, second)
  end

  def strftime(format = "%FT%T%:z")
    to_time.localtime("+00:00").strftime(format)
  end

  def to_s
    strftime
  end
  alias iso8601 to_s

  def inspect
    "#<DateTime: #{self} ((#{jd}j,#{hour * 3600 + minute * 60 + second}s,0n),+0s,2299161j)>"
  end
end
