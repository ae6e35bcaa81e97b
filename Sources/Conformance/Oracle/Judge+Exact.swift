import CSystem
import Formula

// The slow way: in many bits.
extension Judge {
  func judgeExactly(
    _ got: Double, at point: Point, claim: Claim, double: Double, into tally: inout Tally
  ) {
    tally.exactly += 1
    // A sum is a double: what overflows the format is infinite all the same.
    let got = got.magnitude > format.largest ? got * .infinity : got
    if !point.isFinite && double.isNaN {
      // The formula as written says infinity * 0: its limit is right, and so is NaN. Of two variables
      // there may be many limits.
      if got.isNaN || usesGate {
        tally.literal += got.isNaN ? 1 : 0
        tally.unjudged += 1
        return
      }
    }
    guard let truth = exact.evaluate(x: point.x, g: point.g, u: point.u),
      var verdict = Judgement(
        got: got, exact: truth, scale: point.dy, claim: claim, format: format)
    else {
      tally.unjudged += 1
      return
    }
    if !verdict.holds && point.isFinite {
      let sides = exact.blurredSides(in: format)
      if !sides.isEmpty,
        let excused = besideKink(got, at: point, claim: claim, sides: sides)
      {
        verdict = excused
      }
    }
    // Where the absolute part allows more, an error in ulp says nothing.
    let unit = truth.spacing(in: format)
    let counts = point.dy == 1 && claim.absolute <= claim.ulp * unit
    tally.note(verdict, at: point, claim: claim, counts: counts)
    if point.dy == 1, !counts { tally.note(absolute: verdict.error * unit, at: point.x) }
    if verdict.holds { return }
    tally.add(
      Fault(
        point: point, format: format, got: got, exact: truth.scaled(by: point.dy) ?? truth,
        verdict: verdict, claim: claim,
        formula: point.isFinite
          ? Judgement(got: double, exact: truth, scale: 1, claim: claim, format: format) : nil,
        lost: digitsLost(double, truth)))
  }

  /// The verdict by a point so near that rounding inside the kernel may have put the input there, if it
  /// lies beyond a kink or jump and the result is right there.
  private func besideKink(
    _ got: Double, at point: Point, claim: Claim, sides: [Int8]
  ) -> Judgement? {
    let largest = coefficients.joined().reduce(0) { max($0, $1.magnitude) }
    let steps = [format.spacing(at: point.x), format.spacing(at: max(point.x.magnitude, largest))]
    for nudge in [1.0, -1, 2, -2, 4, -4] {
      for step in steps {
        let beside = point.x + nudge * step
        guard let truth = exact.evaluate(x: beside, g: point.g, u: point.u),
          exact.blurredSides(in: format) != sides,
          let verdict = Judgement(
            got: got, exact: truth, scale: point.dy, claim: claim, format: format),
          verdict.holds
        else { continue }
        return verdict
      }
    }
    return nil
  }

  /// NaN in, NaN out, unless the formula says a number there.
  func judgeNaN(_ got: Double, at point: Point, double: Double, into tally: inout Tally) {
    // A derivative may be a branch's constant there, but a value is as unknown as its input.
    if got.isNaN || !isValue || !double.isNaN { return }
    tally.add(
      Fault(
        point: point, format: format, got: got, exact: nil,
        verdict: Judgement(error: .infinity, allowed: 0), claim: nil, formula: nil, lost: 0))
  }

  /// How many of double's 16 digits the formula as written loses here.
  private func digitsLost(_ double: Double, _ truth: ExactValue) -> Double {
    let error = truth.error(of: double, in: .f64)
    return error > 1 ? min(16, log10(error)) : 0
  }
}
