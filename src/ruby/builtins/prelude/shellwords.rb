module Shellwords
  def self.split(line)
    words = []
    word = +""
    started = false
    chars = line.chars
    until chars.empty?
      c = chars.shift
      case c
      when "'"
        started = true
        close = chars.index("'") or raise ArgumentError, "Unmatched quote: #{line.inspect}"
        word << chars.shift(close).join
        chars.shift
      when '"'
        started = true
        loop do
          d = chars.shift or raise ArgumentError, "Unmatched quote: #{line.inspect}"
          break if d == '"'
          if d == "\\" && !chars.empty?
            e = chars.shift
            word << ('$`"\\'.include?(e) || e == "\n" ? e : "\\#{e}")
          else
            word << d
          end
        end
      when "\\"
        started = true
        word << (chars.shift || "\\")
      when /\s/
        words << word if started
        word = +""
        started = false
      else
        started = true
        word << c
      end
    end
    words << word if started
    words
  end

  def self.escape(text)
    text = text.to_s
    return "''" if text.empty?
    text.gsub(%r{[^A-Za-z0-9_\-.,:+/@\n]}) { |c| "\\#{c}" }.gsub("\n", "'\n'")
  end

  def self.join(words)
    words.map { |word| escape(word) }.join(" ")
  end

  class << self
    alias shellwords split
    alias shellsplit split
    alias shellescape escape
    alias shelljoin join
  end

  def shellsplit(line) = Shellwords.split(line)
  def shellwords(line) = Shellwords.split(line)
  def shellescape(text) = Shellwords.escape(text)
  def shelljoin(words) = Shellwords.join(words)
end

class String
  def shellsplit = Shellwords.split(self)
  def shellescape = Shellwords.escape(self)
end

class Array
  def shelljoin = Shellwords.join(self)
end
