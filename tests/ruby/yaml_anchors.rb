# What a document holds more than once has an anchor and aliases.
require 'yaml'
require 'date'

Point = Class.new do
  def initialize(at)
    @at = at
  end
end

list = [1]
hash = { "a" => 1 }
text = "abc"
puts YAML.dump([text, text])
puts YAML.dump({ "x" => hash, "z" => hash })
puts YAML.dump([list, list, hash, hash])
puts YAML.dump([list, { "x" => list }, hash, list])
puts YAML.dump("a" => [hash, hash], "b" => { "c" => list, "d" => list })
puts YAML.dump({ "l" => [list, [list]], "k" => [] })
empty = []
none = {}
puts YAML.dump([empty, empty, none, none])
point = Point.new(hash)
puts YAML.dump([point, point, hash])
puts YAML.dump([:a, :a, 1.5, 1.5, nil, nil, true, true])
date = Date.new(2026, 1, 2)
puts YAML.dump([date, date])
round = [1]
round << round
puts YAML.dump(round)
me = { "k" => text }
me["self"] = [me]
puts YAML.dump(me)
again = YAML.load(YAML.dump({ "x" => hash, "y" => hash }), aliases: true)
p again, again["x"].equal?(again["y"])
puts({ "x" => list, "y" => list }.to_yaml)
