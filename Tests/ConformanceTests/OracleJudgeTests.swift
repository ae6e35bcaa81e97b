import CSystem
import Conformance
import Formula
import Testing

/// Verdicts on kernels, by plain functions that play the kernel.
@Suite struct OracleJudgeTests {
  private func claims(_ text: String) throws -> [Claim] {
    try Descriptor.parse(
      """
      actzoo 1
      plugin org.zoo.test version 1.0.0 license Apache-2.0
      activation org.zoo.test/1 "Test"
        formula x
        claim \(text)
      """
    ).activations[0].claims
  }

  private func judge(
    _ text: String, by variable: Variable? = nil, claim: String = "f32 forward 2 ulp",
    x: [Float], dy: [Double]? = nil, p: Double = 0, kernel: (Float) -> Float
  ) throws -> Tally {
    let judge = try Judge(
      formula(text), by: variable, format: .f32, claims: claims(claim), coefficients: [[p], [0]])
    var tally = Tally()
    let got = x.map { Double(kernel($0)) }
    let wide = x.map(Double.init)
    if let dy {
      judge.judge(x.count, got: got, x: wide, dy: dy, into: &tally)
    } else {
      judge.judge(x.count, got: got, x: wide, into: &tally)
    }
    return tally
  }

  private var everywhere: [Float] {
    stride(from: Float(-100), through: 100, by: 0.0625).map { $0 + 0.01 } + [
      0, -0.0, 0x1p-140, 3e38,
    ]
  }

  @Test func aGoodKernelPasses() throws {
    let tally = try judge("x * sigmoid(x)", x: everywhere) { x in
      Float(Double(x) / (1 + exp(-Double(x))))
    }
    #expect(tally.faultCount == 0, "\(tally.fault?.text ?? "")")
    #expect(tally.worst.error > 0.4 && tally.worst.error <= 0.5001, "\(tally.worst)")
    #expect(tally.observed == tally.worst.error && tally.place == tally.worstPoint.x)
    #expect(tally.points == everywhere.count)
    #expect(tally.exactly < 60, "\(tally.exactly) of \(tally.points) were judged in many bits")
  }

  /// The textbook's SiLU: no error that a tolerance of 1e-6 could see.
  @Test func overflowInTheTailIsSeen() throws {
    let tally = try judge("x * sigmoid(x)", x: everywhere) { x in x / (1 + expf(-x)) }
    let fault = try #require(tally.fault)
    #expect(fault.point.x < -88 && tally.worst.error > 1e6, "\(fault.text)")
    #expect(!fault.isFormulasOwn, "\(fault.text)")
  }

  /// An error of 3 ulp at a single input, claimed 2.
  @Test func aFaultAtOneInputIsSeen() throws {
    let planted: Float = 1.5
    let tally = try judge("tanh(x)", x: everywhere + [planted]) { x in
      var y = Float(tanh(Double(x)))
      if x == planted { y += 3 * y.ulp }
      return y
    }
    #expect(tally.faultCount == 1)
    let fault = try #require(tally.fault)
    #expect(fault.point.x == 1.5 && fault.verdict.error > 2.4 && fault.verdict.error < 3.6)
    #expect(
      fault.text.hasPrefix("x = 1.5 (0x3fc00000): got 0.905148")
        && fault.text.contains("claimed 2.0 ulp"),
      "\(fault.text)")
  }

  /// A formula that cancels: double itself cannot keep the claim, and the message says so.
  @Test func aFormulaThatCancelsIsToBlameItself() throws {
    let tally = try judge("(x + 1e12) - 1e12", x: [0.1, 3.3]) { x in
      Float((Double(x) + 1e12) - 1e12)
    }
    let fault = try #require(tally.fault)
    #expect(fault.isFormulasOwn && fault.text.contains("loses"), "\(fault.text)")
    // A kernel that does better than its formula is right.
    let better = try judge("(x + 1e12) - 1e12", x: [0.1, 3.3]) { $0 }
    #expect(better.faultCount == 0)
  }

  /// What would have a sweep over all inputs compare millions of results in many bits.
  @Test func flatStretchesOverflowAndWrongOperatorsCostNothing() throws {
    let x = (0..<20_000).map { Float($0) * 0.1 }
    let flat = try judge("0.6 + x * 1e-30", x: x) { _ in Float(0.6).nextUp }
    #expect(flat.faultCount == 0 && flat.exactly < 10, "\(flat.exactly)")
    #expect(flat.observed > 0.5 && flat.observed < 1.5, "\(flat.observed)")
    let overflow = try judge("exp(x)", x: x) { Float(exp(Double($0))) }
    #expect(overflow.faultCount == 0 && overflow.exactly < 200, "\(overflow.exactly)")
    let wrong = try judge("1 + x", x: x) { _ in .nan }
    #expect(wrong.faultCount == x.count && wrong.exactly < 1100, "\(wrong.exactly)")
  }

  /// The formula overflows in double where its value does not: that is no excuse for the kernel.
  @Test func anOverflowOnTheWayIsNoOverflow() throws {
    let x = (0..<20_000).map { Float($0) * 0.1 }
    let tally = try judge("log(exp(x))", x: x) { $0 > 700 ? .infinity : $0 }
    #expect(tally.faultCount == x.count { $0 > 700 }, "\(tally.faultCount)")
  }

  @Test func exactClaimsAreForExactResults() throws {
    let tally = try judge("max(x, 0)", claim: "f32 forward 0 ulp", x: everywhere) { max($0, 0) }
    #expect(tally.faultCount == 0 && tally.exactly <= 2)
    let wrong = try judge("max(x, 0)", claim: "f32 forward 0 ulp", x: everywhere) { x in
      x == 3e38 ? x.nextDown : max(x, 0)
    }
    #expect(wrong.faultCount == 1)
  }

  @Test func derivativesScaleWithDY() throws {
    let dy = everywhere.indices.map { Double(Float($0 % 7) - 3.3) }
    for isWrong in [false, true] {
      let x = everywhere
      var i = -1
      let tally = try judge(
        "tanh(x)", by: .x, claim: "f32 backward 3 ulp", x: x, dy: dy
      ) { x in
        i += 1
        let t = 1 / cosh(Double(x))
        return Float(t * t) * Float(isWrong && i == 1604 ? dy[i] * 1.00001 : dy[i])
      }
      #expect(tally.faultCount == (isWrong ? 1 : 0), "\(tally.fault?.text ?? "")")
    }
  }

  /// On a kink that nothing blurs the formula's side counts; beside one that is computed, either.
  @Test func kinksAreExactWhereTheyCanBe() throws {
    let x: [Float] = [-1, -0.0, 0, 1]
    let claim = "f32 backward 0 ulp"
    let good = try judge("max(x, 0)", by: .x, claim: claim, x: x) { $0 > 0 ? 1 : 0 }
    #expect(good.faultCount == 0)
    let wrong = try judge("max(x, 0)", by: .x, claim: claim, x: x) { $0 >= 0 ? 1 : 0 }
    #expect(wrong.faultCount == 2 && wrong.fault?.point.x == 0)
    // 3 x = 1 has no solution in floats: a kernel that multiplies may be on either side.
    let near: [Float] = [1 / 3, Float(1.0 / 3).nextUp, Float(1.0 / 3).nextDown]
    let blurred = try judge("max(3 * x - 1, 0)", by: .x, claim: claim, x: near) {
      $0 * 3 > 1 ? 3 : 0
    }
    #expect(blurred.faultCount == 0, "\(blurred.fault?.text ?? "")")
    let far = try judge("max(3 * x - 1, 0)", by: .x, claim: claim, x: [0.33334]) { _ in 0 }
    #expect(far.faultCount == 1)
  }

  @Test func specialInputsAreJudged() throws {
    let x: [Float] = [.nan, .infinity, -.infinity]
    let gauss = "x * exp(-x^2 / 2)"
    let good = try judge(gauss, x: x) { $0.isNaN ? $0 : 0 }
    #expect(good.faultCount == 0 && good.unjudged == 0)
    let swallowed = try judge(gauss, x: x) { _ in 0 }
    #expect(swallowed.faultCount == 1 && swallowed.fault?.point.x.isNaN == true)
    // infinity * 0 is NaN, as the formula is written; any other number but the limit is wrong.
    let literal = try judge(gauss, x: x) { $0 * expf(-$0 * $0 / 2) }
    #expect(literal.faultCount == 0 && literal.literal == 2)
    let wrong = try judge(gauss, x: x) { $0.isNaN ? $0 : 1 }
    #expect(wrong.faultCount == 2 && wrong.fault?.point.x.isInfinite == true)
  }

  @Test func rangesAndMergingCount() throws {
    let claim = "f32 forward 1 ulp in -1...1"
    var tally = try judge("x * p", claim: claim, x: [0.5, 2, -3], p: 2) { $0 * 2 }
    #expect(tally.uncovered == 2 && tally.faultCount == 0)
    let other = try judge("x * p", claim: claim, x: [0.5, 0.7, 0.25], p: 2) { _ in 9 }
    tally.merge(other)
    #expect(tally.points == 6 && tally.faultCount == 3 && tally.fault?.point.x == 0.5)
  }

  @Test func theFirstTwoDigitsOfAnErrorAreShown() {
    #expect(Fault.ulps(1.6249) == "1.62" && Fault.ulps(0.05) == "0.05" && Fault.ulps(12) == "12.00")
    #expect(Fault.ulps(16_777_216) == "1.7e7" && Fault.ulps(.infinity) == "infinitely many")
  }
}
