import Formula
import Testing

let wholeText = """
  actzoo 1   # the grammar's version
  plugin     org.zoo.demo version 1.2.0-rc1 license Apache-2.0 isa x86-64-v3
  vendor     someone     # not known to version 1
  activation org.zoo.demo.kitchen-sink/2 "Kitchen # sink"
    count    n = 3 in 1...64
    param    theta[n] = 1/n in 0... per layer|channel|group 8|sample channel no decay
    param    omega[n] = n == 1 ? 0 : -0.5 + k/(n - 1) per channel
    param    a[6] = [0, 1, 0, 0,
                     0, 1/3]   per layer in -1...1
    param    lo = 1/8 fixed
    param    hi = 1/3 in ...1 fixed
    param    s[2] per sample supplied
    formula  sum(k, 0, n - 1, theta[k] *
               max(x + omega[k], 0))   # a comment
             
    noise    u eval 0.5
    surrogate poly(a, x)*g + u*(hi - lo) + s[0]
    preset   paper theta = 1, omega = 0
    preset   swish a = [0, 0.5, 0.25, 0, 0, 0]
    claim    f32 forward 2 ulp, backward 4 ulp + 1e-7 in -10...10
    claim    f64 params 8 ulp
    source   arXiv:2405.12954, section 3 (sure
    source   "a # inside quotes" stays  # this goes
    note     A note with an open ( bracket, and é.
    alias    sink other-sink
    frobnicate 3
  activation org.zoo.relu/1 "ReLU"
    formula  max(x, 0)
  """

@Test func `every statement is read`() throws {
  let text = try Descriptor.parse(wholeText)
  #expect(text.plugin.id == "org.zoo.demo" && text.plugin.version == "1.2.0-rc1")
  #expect(text.plugin.license == "Apache-2.0" && text.plugin.isa == "x86-64-v3")
  #expect(text.text == wholeText)
  #expect(
    text.notices.map(\.description) == [
      "line 3, column 1: unknown statement 'vendor'; it was passed over",
      "line 26, column 3: unknown statement 'frobnicate'; it was passed over",
    ])
  #expect(text.activations.map(\.id) == ["org.zoo.demo.kitchen-sink/2", "org.zoo.relu/1"])
  let a = text.activations[0]
  #expect(a.name == "kitchen-sink")
  #expect(a.title == "Kitchen # sink")
  #expect(a.formulaText.hasPrefix("sum(k, 0, n - 1, theta[k] *"))
  #expect(a.formula.text == "sum(k, 0, n - 1, theta[k]*max(x + omega[k], 0))")
  #expect(a.surrogateText == "poly(a, x)*g + u*(hi - lo) + s[0]")
  #expect(a.isGated)
  #expect(a.usesNoise)
  #expect(a.noiseEval == 0.5)
  #expect(
    a.counts.map { "\($0.name) \($0.defaultValue) \($0.minimum) \($0.maximum)" } == ["n 3 1 64"])
  #expect(a.source == "arXiv:2405.12954, section 3 (sure; \"a # inside quotes\" stays")
  #expect(a.notes == ["A note with an open ( bracket, and é."])
  #expect(a.aliases == ["sink", "other-sink"])
  #expect(
    a.claims.map { "\($0.dtype) \($0.pass) \($0.ulp) \($0.absolute) \($0.lower) \($0.upper)" } == [
      "f32 forward 2.0 0.0 -inf inf", "f32 backward 4.0 1e-07 -10.0 10.0",
      "f64 params 8.0 0.0 -inf inf",
    ])
  let relu = text.activations[1]
  #expect(!relu.isGated && !relu.usesNoise && relu.noiseEval == nil && relu.surrogate == nil)
  #expect(relu.parameters.isEmpty && relu.source == "")
}

@Test func `parameters are read`() throws {
  let a = try Descriptor.parse(wholeText).activations[0]
  #expect(a.parameters.map(\.name) == ["theta", "omega", "a", "lo", "hi", "s"])
  #expect(a.parameters.map(\.isVector) == [true, true, true, false, false, true])
  #expect(a.parameters.map { $0.length(counts: [5]) } == [5, 5, 6, 1, 1, 2])
  let theta = a.parameters[0]
  #expect(theta.initialValues(counts: [4]) == [0.25, 0.25, 0.25, 0.25])
  #expect(theta.lower == 0 && theta.upper == .infinity && theta.noDecay)
  #expect(
    theta.granularities == [
      Granularity(bits: 0), Granularity(bits: 1), Granularity(bits: 2, groups: 8),
      Granularity(bits: 9),
    ])
  #expect(theta.granularities.map(\.text) == ["layer", "channel", "group 8", "sample channel"])
  #expect(a.parameters[1].initialValues(counts: [3]) == [-0.5, 0, 0.5])
  #expect(a.parameters[1].initialValues(counts: [1]) == [0])
  #expect(a.parameters[2].initialValues(counts: [3]) == [0, 1, 0, 0, 0, 1.0 / 3])
  #expect(a.parameters[2].lower == -1 && a.parameters[2].upper == 1)
  #expect(a.parameters[3].isFixed && a.parameters[3].granularities == [Granularity(bits: 0)])
  #expect(a.parameters[4].lower == -.infinity && a.parameters[4].upper == 1)
  #expect(a.parameters[5].isSupplied && a.parameters[5].granularities == [Granularity(bits: 8)])
  #expect(a.presets.map(\.name) == ["paper", "swish"])
  #expect(a.presets[0].values(for: 0, length: 3, counts: [3]) == [1, 1, 1])
  #expect(a.presets[0].values(for: 2, length: 6, counts: [3]) == nil)
  #expect(a.presets[1].values(for: 2, length: 6, counts: [3]) == [0, 0.5, 0.25, 0, 0, 0])
}

@Test func `lengths give the counts back`() throws {
  let a = try describe(
    """
    count N = 16 in 2...32
    count m = 2
    param y[N+1] = k per channel
    param w[2*m] = 0 per layer
    param b = 1
    formula interp(y, x, -3, 3) + b*sum(k, 0, 2*m - 1, w[k])
    """)
  #expect(a.counts(fromLengths: [nil, nil, nil]) == [16, 2])
  #expect(a.counts(fromLengths: [9, nil, 1]) == [8, 2])
  #expect(a.counts(fromLengths: [nil, 6, nil]) == [16, 3])
  #expect(a.counts(fromLengths: [nil, 5, nil]) == nil, "5 is not 2*m")
  #expect(a.counts(fromLengths: [2, nil, nil]) == nil, "N = 1 is out of range")
  #expect(a.counts(fromLengths: [99, nil, nil]) == nil, "N = 98 is out of range")
  #expect(a.counts(fromLengths: [9, 4, 2]) == nil, "b is a scalar")
  #expect(a.counts(fromLengths: [9]) == nil, "one entry for three parameters")
  let both = try describe(
    "count n = 3\nparam p[n] = 0\nparam q[n+1] = 0\nformula p[0] + q[0] + x")
  #expect(both.counts(fromLengths: [4, 5]) == [4])
  #expect(both.counts(fromLengths: [4, 4]) == nil, "contradiction")
}

@Test func `bytes are read like text`() throws {
  let bytes = Array(wholeText.utf8)
  let padded = bytes + [0, 0, 0]
  let count = try padded.withUnsafeBytes { try Descriptor.parse($0).activations.count }
  #expect(count == 2)
  for (fault, expected) in [
    ([0x61, 0xFF], "this is not UTF-8"), ([0xC0, 0x80], "this is not UTF-8"),
    ([0xED, 0xA0, 0x80], "this is not UTF-8"), ([0xE2, 0x82], "this is not UTF-8"),
    ([0x61, 0, 0x62], "there is a control character (0)"),
    ([7], "there is a control character (7)"),
  ] as [([UInt8], String)] {
    let broken = Array("actzoo 1\n# ".utf8) + fault
    broken.withUnsafeBytes { raw in
      do throws(ParseError) {
        _ = try Descriptor.parse(raw)
        Issue.record("\(fault) was taken")
      } catch {
        #expect(
          error.line == 2 && error.message.contains(expected), "\(fault): \(error.description)")
      }
    }
  }
}
