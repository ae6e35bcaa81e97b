import Formula

/// What a judge has seen so far; those of several threads are put together with `merge`.
public struct Tally: Sendable {
  /// Results judged, all kinds together.
  public var points = 0
  /// Results that needed the evaluation in many bits.
  public var exactly = 0
  /// Results outside of every claim's range.
  public var uncovered = 0
  /// Results at points where the formula has no value and no limit.
  public var unjudged = 0
  /// The error that is nearest to its claim, or furthest beyond it.
  public internal(set) var worst = Judgement(error: 0, allowed: 1)
  /// Where that was; meaningless until `hasWorst`.
  public internal(set) var worstPoint = Judge.Point(x: 0)
  /// The claim that it was judged by.
  public internal(set) var worstClaim: Claim?
  /// True once any result was compared.
  public internal(set) var hasWorst = false
  /// Results that break their claim.
  public private(set) var faultCount = 0
  /// The simplest of them: the input with the fewest bits, then the nearest to 1 in size.
  public private(set) var fault: Fault?

  /// An empty one.
  public init() {}

  mutating func add(_ found: Fault) {
    faultCount += 1
    if let fault, fault.simplicity <= found.simplicity { return }
    fault = found
  }

  /// Adds what another has seen.
  public mutating func merge(_ other: Tally) {
    points += other.points
    exactly += other.exactly
    uncovered += other.uncovered
    unjudged += other.unjudged
    if other.hasWorst, !hasWorst || other.worst.share > worst.share {
      worst = other.worst
      worstPoint = other.worstPoint
      worstClaim = other.worstClaim
      hasWorst = true
    }
    let count = faultCount + other.faultCount
    if let found = other.fault { add(found) }
    faultCount = count
  }
}
