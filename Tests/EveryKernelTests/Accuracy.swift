import CActZoo
import Formula
import Testing
import ZooHost

/// Values and derivatives against the formula, as exactly as the descriptor claims (rule P10).
struct AccuracyCheck<T: Scalar> {
  let activation: Activation
  /// About how many inputs per setting, for a formula of few operations.
  var samples = 3000

  private(set) var faults = Faults()
  /// For each output the error that is nearest to its claim, or furthest beyond it.
  private(set) var worst: [String: (verdict: Verdict, x: Double, claim: Claim)] = [:]

  init(_ activation: Activation, samples: Int = 3000) {
    self.activation = activation
    self.samples = samples
  }

  private var descriptor: ActivationDescriptor { activation.descriptor }

  mutating func run() {
    for pass in ["forward", "backward"] where claims(pass).isEmpty {
      faults.add("no claim for \(T.label) \(pass): a kernel without one cannot be judged")
    }
    for (i, setting) in Setting.all(descriptor).enumerated() {
      check(setting.rounded(to: T.self), seed: i)
    }
  }

  private func claims(_ pass: String) -> [Claim] {
    let own = descriptor.claims.filter { $0.dtype == T.label && $0.pass == pass }
    return own.isEmpty && pass == "params" ? claims("backward") : own
  }

  private mutating func check(_ setting: Setting, seed: Int) {
    var inputs = Inputs<T>(shape: [], x: [])
    inputs.parameters = setting.parameters(descriptor, as: T.self)
    let kinks = Samples.kinks(descriptor, setting)
    // Long formulas get fewer points, so that every activation costs about the same.
    let size = (try? descriptor.formula.instantiate(counts: setting.counts).nodes.count) ?? 1
    inputs.x = Samples.inputs(
      T.self, count: max(400, samples * 30 / (30 + size)), kinks: kinks, seed: seed)
    let n = inputs.x.count
    inputs.shape = [n]
    var random = Random(100 + seed)
    if descriptor.isGated {
      inputs.g = inputs.x.indices.map { i in
        i % 3 == 0 ? inputs.x[(i * 7 + 3) % n] : T(2 * random.normal())
      }
    }
    if descriptor.usesNoise {
      inputs.noise = (0..<n).map {
        $0 == 0 ? 0 : $0 == 1 ? 1 - 0x1p-24 : Float(random.next() >> 40) * 0x1p-24
      }
    }
    let dy = (0..<n).map { _ in T(random.normal()) }

    let forward = KernelCall(inputs: inputs, pass: .forward).run(activation)
    let derivative = KernelCall(inputs: inputs, pass: .backward).run(activation)
    var weighted = inputs
    weighted.dy = dy
    let backward = KernelCall(inputs: weighted, pass: .backward).run(activation)
    // A value of its own for every element gives every element's own gradient.
    var own = inputs
    for i in own.parameters.indices where !own.parameters[i].isFixed {
      own.parameters[i].granularity = ACTZOO_PER_SAMPLE | ACTZOO_PER_ELEMENT
      own.parameters[i].values = (0..<n).flatMap { _ in inputs.parameters[i].values }
    }
    let single = KernelCall(inputs: own, pass: .backward).run(activation)
    for result in [forward, derivative, backward, single] {
      faults.add(result.faults, setting.label)
    }
    if !faults.isEmpty { return }

    judge("forward", "y", forward.y, inputs, setting, by: nil)
    judge("backward", "dx", derivative.dx, inputs, setting, by: .x)
    judge("backward", "dy*dx", backward.dx, weighted, setting, by: .x)
    if descriptor.isGated {
      judge("backward", "dg", derivative.dg, inputs, setting, by: .g)
      judge("backward", "dy*dg", backward.dg, weighted, setting, by: .g)
    }
    for (i, parameter) in inputs.parameters.enumerated() where !parameter.isFixed {
      let stride = max(1, parameter.length / 8)  // of many coefficients, some
      for j in Swift.stride(from: 0, to: parameter.length, by: stride) {
        let got = (0..<n).map { T(single.dparameters[i][$0 * parameter.length + j]) }
        judge(
          "params", "d\(descriptor.parameters[i].name)", got, inputs, setting,
          by: .coefficient(parameter: i, index: j))
      }
    }
  }

  /// Compares one output with the formula, or with a derivative of it times dy.
  private mutating func judge(
    _ pass: String, _ output: String, _ got: [T], _ inputs: Inputs<T>, _ setting: Setting,
    by variable: Variable?
  ) {
    var oracle: FormulaOracle
    do throws(FormulaError) {
      oracle = try FormulaOracle(descriptor, counts: setting.counts, by: variable)
    } catch {
      faults.add("\(setting.label): no formula for \(output): \(error.message)")
      return
    }
    let claims = claims(pass)
    for (i, x) in inputs.x.enumerated() {
      let g = inputs.g.map { Double($0[i]) } ?? 0
      let u = inputs.noise.map { Double($0[i]) } ?? 0.5
      let scale = variable == nil ? 1 : inputs.dy.map { Double($0[i]) } ?? 1
      if x.isNaN {
        // A derivative may be a branch's constant there, but a value is as unknown as its input.
        if variable == nil && !got[i].isNaN { faults.add("\(setting.label): y(NaN) is \(got[i])") }
        continue
      }
      guard
        let claim = claims.first(where: { Double(x) >= $0.lower && Double(x) <= $0.upper })
      else { continue }
      var answer = oracle(x: Double(x), g: g, u: u, coefficients: setting.values)
      if !x.isFinite || !g.isFinite {
        if answer.double.isNaN { continue }
      }
      var verdict = Self.verdict(got[i], answer, scale, claim)
      if !verdict.holds && variable != nil {
        // Beside a kink, rounding inside the kernel may put an input on the other side of it: rounding
        // of the input, or of its distance to a coefficient.
        let sides = oracle.sides
        let largest = setting.values.joined().reduce(0) { max($0, $1.magnitude) }
        let steps = [x.ulp, max(x.ulp, T(largest).ulp)]
        for nudge in [1, -1, 2, -2, 4, -4] {
          for step in steps where !verdict.holds {
            let beside = x + T(nudge) * step
            answer = oracle(x: Double(beside), g: g, u: u, coefficients: setting.values)
            if oracle.sides != sides { verdict = Self.verdict(got[i], answer, scale, claim) }
          }
        }
      }
      note(output, verdict, Double(x), claim)
      if !verdict.holds {
        let exact = oracle(x: Double(x), g: g, u: u, coefficients: setting.values).value
        faults.add(
          """
          \(setting.label): \(output) at x = \(x)\(inputs.g == nil ? "" : ", g = \(g)")\
          \(inputs.noise == nil ? "" : ", u = \(u)")\(scale == 1 ? "" : ", dy = \(scale)") is \
          \(got[i]), formula \(T(exact * Float80(scale))): off by \(verdict.text) ulp, claimed \
          \(Self.text(claim))
          """)
      }
    }
  }

  private mutating func note(_ output: String, _ verdict: Verdict, _ x: Double, _ claim: Claim) {
    if let seen = worst[output], seen.verdict.share >= verdict.share { return }
    worst[output] = (verdict, x, claim)
  }

  private static func text(_ claim: Claim) -> String {
    claim.absolute == 0 ? "\(claim.ulp) ulp" : "\(claim.ulp) ulp + \(claim.absolute)"
  }

  /// An error and what the claim allows, both in units in the last place of the exact result.
  struct Verdict {
    var error = 0.0
    var allowed = 0.0
    var holds: Bool { error <= allowed }
    /// 1 where the claim is used up.
    var share: Double { error == 0 ? 0 : error / allowed }
    /// Two digits after the point are enough.
    var text: String { error < 1e6 ? "\((error * 100).rounded() / 100)" : "\(error)" }
  }

  /// Judges one element: a number against a number, infinity against what overflows.
  private static func verdict(
    _ got: T, _ answer: FormulaOracle.Answer, _ scale: Double, _ claim: Claim
  ) -> Verdict {
    let exact = answer.value * Float80(scale)
    // Where the formula has no value in double either, there is nothing to compare with.
    if exact.isNaN || answer.double.isNaN && !answer.value.isFinite { return Verdict() }
    let wrong = Verdict(error: .infinity, allowed: claim.ulp)
    if got.isNaN { return wrong }
    let nearest = T(exact)
    let largest = T.greatestFiniteMagnitude
    let ulp = Float80(nearest.isFinite ? nearest.ulp : largest.ulp)
    // The claim is on the derivative; times dy it grows with dy, and the product is rounded once more.
    let size = Float80(scale.magnitude)
    let factor = T(answer.value)
    if scale != 1 && !factor.isFinite { return Verdict() }
    let factorULP = scale == 1 ? ulp : Float80(factor.ulp)
    var result = Verdict(
      allowed: Double(
        (Float80(claim.ulp) * factorULP + Float80(claim.absolute) + answer.doubt) * size / ulp))
    if scale != 1 { result.allowed += 1 }
    if got.isInfinite {
      if exact.isInfinite { return got == nearest ? Verdict() : wrong }
      if (got > 0) != (exact > 0) { return wrong }
      result.error = Double(max(0, Float80(largest) + ulp / 2 - exact.magnitude) / ulp)
    } else {
      if exact.isInfinite { return wrong }
      result.error = Double((Float80(got) - exact).magnitude / ulp)
    }
    return result
  }

  /// "silu f32 y: claimed 2 ulp, worst 1.6 at -16.7", the worst being nearest to its claim.
  var summary: String {
    worst.keys.sorted().map { key in
      let seen = worst[key]!
      return "\(descriptor.name) \(T.label) \(key): claimed \(Self.text(seen.claim)), worst "
        + "\(seen.verdict.text) at \(seen.x), \(Int(min(1e6, seen.verdict.share * 100))) %"
    }.joined(separator: "\n")
  }
}

@Suite struct EveryKernelAccuracy {
  @Test(arguments: Kernels.all)
  func valuesAndGradientsKeepTheirClaims(_ kernel: KernelUnderTest) {
    func check<T: Scalar>(_ type: T.Type) {
      var check = AccuracyCheck<T>(kernel.activation)
      check.run()
      print(check.summary)
      check.faults.report(kernel)
    }
    check(kernel.type)
  }
}
