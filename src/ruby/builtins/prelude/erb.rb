class ERB
  attr_accessor :filename, :lineno, :src

  def self.version
    "2.2.3"
  end

  def initialize(text, safe_level = nil, old_trim = nil, old_name = nil, trim_mode: nil, eoutvar: "_erbout")
    @trim = (trim_mode || old_trim).to_s
    @output = eoutvar
    @src = compile(text)
    @lineno = 0
  end

  def location=(place)
    @filename, @lineno = place
  end

  def compile(text)
    out = +"#{@output} = +''\n"
    percent = @trim.include?("%")
    text = text.dup
    if percent
      text.split(/(?<=\n)/).chunk_while { |a, b| a.start_with?("%") == b.start_with?("%") }.each do |lines|
        if lines.first.start_with?("%") && !lines.first.start_with?("%%")
          lines.each { |line| out << line[1..] }
        else
          compile_text(lines.join.gsub(/^%%/, "%"), out)
        end
      end
    else
      compile_text(text, out)
    end
    out << "#{@output}\n"
  end

  def compile_text(text, out)
    rest = text
    until rest.empty?
      before, tag, rest = rest.partition(/<%%|<%-|<%=|<%#|<%/)
      if tag == "<%%"
        emit(before + "<%", out)
        next
      end
      if tag.empty?
        emit(before, out)
        break
      end
      before = before.sub(/^[ \t]*\z/, "") if tag == "<%-" && @trim.include?("-")
      if @trim.include?("<>") && tag != "<%=" && before.empty?
        line_start = true
      end
      emit(before, out)
      code, closing, rest = rest.partition(/-?%>/)
      while code.end_with?("%")
        more, closing, rest = rest.partition(/-?%>/)
        code = code.chomp("%") + "%>" + more
      end
      if closing == "-%>" && !@trim.include?("-")
        code += "-"
        closing = "%>"
      end
      case tag
      when "<%=" then out << "#{@output} << ((#{code}).to_s)\n"
      when "<%#" then out << "\n" * code.count("\n")
      else out << code << "\n"
      end
      if closing == "-%>"
        rest = rest.sub(/\A\r?\n/, "")
      elsif @trim.include?(">") && !@trim.include?("<>")
        rest = rest.sub(/\A\r?\n/, "")
      elsif @trim.include?("<>") && (before.empty? || before.end_with?("\n"))
        rest = rest.sub(/\A\r?\n/, "")
      end
    end
  end

  def emit(text, out)
    out << "#{@output} << #{text.inspect.gsub('\\e', '\\x1b')}\n" unless text.empty?
  end

  def result(place = TOPLEVEL_BINDING)
    eval(@src, place, @filename || "(erb)", 1)
  end

  def result_with_hash(hash)
    place = TOPLEVEL_BINDING.dup
    hash.each_pair { |key, value| place.local_variable_set(key, value) }
    result(place)
  end

  def run(place = TOPLEVEL_BINDING)
    print result(place)
  end

  module Util
    def self.html_escape(text)
      text.to_s.gsub(/[&<>"']/, "&" => "&amp;", "<" => "&lt;", ">" => "&gt;", '"' => "&quot;", "'" => "&#39;")
    end

    def self.h(text)
      html_escape(text)
    end

    def self.url_encode(text)
      text.to_s.bytes.map { |byte| byte < 128 && byte.chr.match?(/[a-zA-Z0-9_\-.~]/) ? byte.chr : format("%%%02X", byte) }.join
    end

    def html_escape(text)
      Util.html_escape(text)
    end
    alias h html_escape
  end
end
