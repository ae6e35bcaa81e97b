import CSystem
import Formula

/// An error and what a claim allows, both in units in the last place of the exact result.
public struct Judgement: Sendable {
  /// |got - exact|.
  public var error = 0.0
  /// What the claim comes to here, its absolute part included.
  public var allowed = 0.0

  /// True if the claim is kept.
  public var holds: Bool { error <= allowed }
  /// The part of what is allowed that is used up: 1 at the limit.
  public var share: Double { error == 0 ? 0 : error / allowed }

  /// Judges a result that should be `exact * scale`, where the claim is on `exact`.
  ///
  /// The claim grows with |scale| (dy), and the product may be rounded once more: 1 ulp if scale is not
  /// 1. Nil where there is nothing to compare with: 0 * infinity, or a factor that overflows the format
  /// on the way to a product that does not.
  public init?(
    got: Double, exact: ExactValue, scale: Double, claim: Claim, format: ElementType
  ) {
    guard let result = exact.scaled(by: scale) else { return nil }
    if scale != 1, exact.overflows(format), !result.overflows(format) || exact.isInfinite {
      return nil
    }
    let unit = result.spacingExponent(in: format)
    error = result.error(of: got, in: format)
    let size = scale.magnitude
    allowed =
      claim.ulp * scalbn(size, Int32(exact.spacingExponent(in: format) - unit))
      + scalbn(claim.absolute * size, Int32(-unit)) + (scale == 1 ? 0 : 1)
  }

  init(error: Double, allowed: Double) {
    self.error = error
    self.allowed = allowed
  }
}

extension [Claim] {
  /// The claims on a pass in a format; what has none on "params" is judged by those on "backward".
  public func on(_ pass: String, _ format: ElementType) -> [Claim] {
    let own = filter { $0.dtype == format.rawValue && $0.pass == pass }
    return own.isEmpty && pass == "params" ? on("backward", format) : own
  }

  /// The first that covers an input; nil if none does.
  public func covering(_ x: Double) -> Claim? { first { x >= $0.lower && x <= $0.upper } }
}

extension Claim {
  /// "2 ulp + 1e-07", as in a descriptor, without the range.
  public var text: String { absolute == 0 ? "\(ulp) ulp" : "\(ulp) ulp + \(absolute)" }
}
