import CActZoo
import Formula
import Testing
import ZooHost

/// Formulas without kernels that stretch the host: vector parameters, gates, noise, groups.
private let texts = """
  actzoo 1
  plugin test.host version 1 license MIT
  activation test.host.series/1 "Series"
    formula  sum(k, 0, n - 1, theta[k] * max(x - omega[k], 0))
    count    n = 3 in 1...16
    param    theta[n] = 1 / n per layer|channel
    param    omega[n] = k - 1 per layer|channel
  activation test.host.gate/1 "Gate"
    formula  x * sigmoid(b * g)
    param    b = 1 per channel
  activation test.host.leak/1 "Leak"
    formula  x >= 0 ? x : x * (0.25 + 0.5 * u) * s
    param    s = 1 per layer
    noise    u eval 0.5
  activation test.host.ratio/1 "Ratio"
    formula  poly(a, x) / (1 + abs(b[0] * x) + x^2)
    param    a[4] = [0, 1, 0.5, 0.25] per layer
    param    b[1] = [0.5] per group 2
  """

private func textZoo() -> Zoo {
  let folder = temporaryFolder()
  writeFile(folder + "/host.actzoo", texts)
  return Zoo(ZooOptions(paths: [folder], onlyPaths: true))
}

private let granularities: [(name: String, bits: UInt32, groups: Int)] = [
  ("layer", ACTZOO_PER_LAYER, 0), ("channel", ACTZOO_PER_CHANNEL, 0),
  ("group", ACTZOO_PER_GROUP, 2),
  ("element", ACTZOO_PER_ELEMENT, 0), ("sample", ACTZOO_PER_SAMPLE, 0),
  ("sample channel", ACTZOO_PER_SAMPLE | ACTZOO_PER_CHANNEL, 0),
  ("sample group", ACTZOO_PER_SAMPLE | ACTZOO_PER_GROUP, 2),
  ("sample element", ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT, 0),
]

/// Evaluates all passes once and compares with the formula; the problems found, as sentences.
func compareOnce(
  _ activation: Activation, shape: [Int], dtype: actzoo_dtype, xLayout: Layout, yLayout: Layout,
  granularity: UInt32, groups: Int, channelAxis: Int, seed: UInt64
) throws -> [String] {
  let descriptor = activation.descriptor
  var numbers = Numbers(seed)
  let choices = descriptor.parameters.map { _ in Choice(granularity: granularity, groups: groups) }
  let bound = try activation.bind(
    Binding(dtype: dtype, channelAxis: channelAxis, choices: choices))
  let counts = descriptor.defaultCounts
  func field(_ layout: Layout) -> Field { Field(shape, dtype, strides: layout.strides(shape)) }
  var call = Call(x: field(xLayout).fill(&numbers, -4, 4))
  if descriptor.isGated { call.g = field(yLayout).fill(&numbers, -3, 3) }
  call.y = field(yLayout)
  call.dy = field(xLayout).fill(&numbers, -1, 1)
  call.dx = field(yLayout)
  if descriptor.isGated { call.dg = field(xLayout) }
  let parameterType = dtype == ACTZOO_F64 ? ACTZOO_F64 : ACTZOO_F32
  for (index, parameter) in descriptor.parameters.enumerated() {
    let shape = parameterShape(
      shape, choices[index], channelAxis, isVector: parameter.isVector,
      length: bound.counts[index])
    let strides = seed % 2 == 0 ? Layout.transposed.strides(shape) : nil
    // Near where training starts: a formula need not mean anything for parameters far from there.
    let values = Field(shape, parameterType, strides: strides)
    let initial = parameter.initialValues(counts: counts)
    for at in 0..<values.count {
      let value = initial[at % bound.counts[index]] + numbers.next(-0.2, 0.2)
      values[at] = min(max(value, parameter.lower), parameter.upper)
    }
    call.parameters.append(values)
    call.dparameters.append(
      Field(shape, seed % 3 == 0 ? ACTZOO_F64 : parameterType, strides: strides))
  }
  let oracle = try Oracle(
    descriptor, call, choices: choices, channelAxis: channelAxis, counts: counts)
  try call.with { try bound.forward($0) }
  var problems: [String] = []
  let epsilon =
    dtype == ACTZOO_F64 ? 1e-13 : dtype == ACTZOO_F32 ? 1e-5 : dtype == ACTZOO_F16 ? 2e-3 : 1.6e-2
  func check(_ what: String, _ got: Field?, _ want: [Double]) {
    guard let got else { return }
    for index in 0..<got.count
    where !(abs(got[index] - want[index]) <= epsilon * (1 + abs(want[index]))) {
      problems.append("\(what)[\(index)] is \(got[index]), the formula says \(want[index])")
      break
    }
    if got.damagedGuards > 0 {
      problems.append("\(what): \(got.damagedGuards) guard bytes damaged")
    }
  }
  check("y", call.y, oracle.y)
  let firstY = call.y!.allBits
  try call.with { try bound.backward($0) }
  check("dx", call.dx, oracle.dx)
  check("dg", call.dg, oracle.dg)
  for index in call.parameters.indices {
    let got = call.dparameters[index]!
    if got.damagedGuards > 0 { problems.append("dparameter \(index): guards damaged") }
    for at in 0..<got.count {
      let weight = oracle.weights[index][at]
      // 0.5: in f32 the place between two points of a table is known to about 1e-6.
      let roomy = max(epsilon, 1e-6) * (0.5 + weight)
      if !(abs(got[at] - oracle.sums[index][at]) <= roomy) {
        problems.append(
          "dparameter \(index)[\(at)] is \(got[at]), the formula says \(oracle.sums[index][at])")
        break
      }
    }
  }
  let (dx, dg) = (call.dx!.allBits, call.dg?.allBits)
  let sums = call.dparameters.map { $0!.allBits }
  try call.with { try bound.fused($0) }
  if call.y!.allBits != firstY || call.dx!.allBits != dx || call.dg?.allBits != dg
    || call.dparameters.map({ $0!.allBits }) != sums
  {
    problems.append("fused and separate passes differ in bits")
  }
  return problems
}

@Test("Every layout, granularity and element type agrees with the formula")
func layouts() throws {
  var cases = 0
  let activations = steadyActivations + textZoo().activations
  #expect(activations.count > 4, "no built plugins in \(builtPlugins); run make first")
  for activation in activations {
    for (number, granularity) in granularities.enumerated() {
      if activation.descriptor.parameters.isEmpty && number > 0 { continue }
      for xLayout in Layout.allCases {
        for yLayout in Layout.allCases {
          let types = [ACTZOO_F32, ACTZOO_F64, ACTZOO_F16, ACTZOO_BF16]
          let dtype = types[cases % 4]
          let shape = [[3, 4, 5, 7], [2, 6, 33], [4, 8], [1, 4, 1, 9], [2, 2, 3, 2, 3, 2]][
            cases % 5]
          let problems = try compareOnce(
            activation, shape: shape, dtype: dtype, xLayout: xLayout, yLayout: yLayout,
            granularity: granularity.bits, groups: granularity.groups,
            channelAxis: cases % 7 == 0 && shape[shape.count - 1] % 2 == 0 ? -1 : 1,
            seed: UInt64(cases))
          #expect(
            problems.isEmpty,
            "\(activation.descriptor.name) per \(granularity.name), x \(xLayout), y \(yLayout), shape \(shape), case \(cases): \(problems.joined(separator: "; "))"
          )
          cases += 1
        }
      }
    }
  }
}

@Test(
  "Counts 0 to 257 touch their own elements only", arguments: [ACTZOO_F32, ACTZOO_F64, ACTZOO_F16])
func counts(dtype: actzoo_dtype) throws {
  for activation in steadyActivations {
    for count in 0...257 {
      let problems = try compareOnce(
        activation, shape: [1, count], dtype: dtype, xLayout: .contiguous, yLayout: .contiguous,
        granularity: count % 2 == 0 ? ACTZOO_PER_LAYER : ACTZOO_PER_CHANNEL, groups: 0,
        channelAxis: 1, seed: UInt64(count))
      #expect(problems.isEmpty, "\(activation.descriptor.name), \(count): \(problems)")
    }
  }
}

@Test("Calls of many shards agree with the formula: sums are cut and reduced rightly")
func manyShards() throws {
  let shapes: [([Int], UInt32)] = [
    ([150_001], ACTZOO_PER_LAYER), ([64, 3, 700], ACTZOO_PER_CHANNEL),
    ([700, 300], ACTZOO_PER_CHANNEL), ([40, 5000], ACTZOO_PER_ELEMENT),
    ([3, 70_000], ACTZOO_PER_ELEMENT),
    ([7, 30_000], ACTZOO_PER_SAMPLE),
  ]
  let prelu = try builtZoo.find("prelu")
  for (number, (shape, granularity)) in shapes.enumerated() {
    for layout in [Layout.contiguous, .transposed, .gapped] {
      let problems = try compareOnce(
        prelu, shape: shape, dtype: ACTZOO_F32, xLayout: layout, yLayout: .contiguous,
        granularity: granularity, groups: 0, channelAxis: 1, seed: UInt64(number))
      #expect(problems.isEmpty, "shape \(shape), x \(layout): \(problems)")
    }
  }
}
