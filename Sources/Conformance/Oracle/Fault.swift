import CSystem
import Formula

/// A result that breaks its claim.
public struct Fault: Sendable {
  /// Where.
  public let point: Judge.Point
  /// The element type of `got`.
  public let format: ElementType
  /// What the kernel delivered; a number of the format unless it is a sum.
  public let got: Double
  /// What they should be; nil for NaN.
  public let exact: ExactValue?
  /// How far off, and what the claim allows.
  public let verdict: Judgement
  /// The claim; nil where none is needed to see the fault.
  public let claim: Claim?
  /// How the formula itself, evaluated in double, would be judged at the point.
  public let formula: Judgement?
  /// How many of double's 16 decimal digits the formula as written loses there.
  public let lost: Double

  /// True if the formula's own evaluation in double breaks the claim too: then rounding in the formula
  /// as written is to blame, and a kernel that follows it cannot do better.
  public var isFormulasOwn: Bool { formula.map { !$0.holds } ?? false }

  /// What faults are ordered by: the bits that an input needs, then how far its size is from 1.
  var simplicity: Int {
    func cost(_ value: Double) -> Int {
      if value.isNaN || value.isInfinite || value == 0 { return 0 }
      let digits = value.isNormal ? 52 - value.significandBitPattern.trailingZeroBitCount : 52
      return max(0, digits) << 12 + Int(value.exponent.magnitude) + (value < 0 ? 1 : 0)
    }
    return cost(point.x) << 2 + cost(point.g) + (point.dy == 1 ? 0 : 1)
  }

  /// The input's bits, as the kernel had it.
  public var xBits: UInt64 { format.encode(point.x) }

  /// The bits of the format's number nearest to the exact result.
  public var exactBits: UInt64 { exact?.rounded(to: format) ?? format.encode(.nan) }

  /// "x = 0.5 (0x3f000000): got 0.3 (0x3e99999a), exact 0.31 (0x3e9eb852), off by 12 ulp, claimed 2 ulp".
  public var text: String {
    var text = "x = \(format.text(xBits))"
    if point.g != 0 { text += ", g = \(point.g)" }
    if point.u != 0 { text += ", u = \(point.u)" }
    if point.dy != 1 { text += ", dy = \(point.dy)" }
    text += ": got \(format.text(format.encode(got))), "
    guard exact != nil, let claim else { return text + "the formula gives NaN there" }
    text += "exact \(format.text(exactBits)), off by \(Self.ulps(verdict.error)) ulp"
    text += ", claimed \(claim.text)"
    if claim.absolute != 0 || point.dy != 1 { text += " = \(Self.ulps(verdict.allowed)) ulp here" }
    if isFormulasOwn {
      text +=
        "; the formula as written loses \(Int(lost.rounded())) of double's 16 digits here: "
        + "write it so that it does not cancel, or claim less"
    }
    return text
  }

  /// Two digits after the point, or a power of ten where that is long: "1.62", "1.7e7".
  public static func ulps(_ error: Double) -> String {
    if !error.isFinite { return "infinitely many" }
    if error >= 1e6 {
      let exponent = floor(log10(error))
      return "\((error / pow(10, exponent - 1)).rounded() / 10)e\(Int(exponent))"
    }
    let hundredths = Int((error * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
