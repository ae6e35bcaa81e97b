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
  /// NaNs at infinite inputs, where the formula as written says so though it has a limit.
  public var literal = 0
  /// The error that is nearest to its claim, or furthest beyond it.
  public private(set) var worst = Judgement(error: 0, allowed: 1)
  /// Where that was.
  public private(set) var worstPoint = Judge.Point(x: 0)
  /// The claim that it was judged by; nil before any result was compared.
  public private(set) var claim: Claim?
  /// The largest error in ulp, of results where the claim's ulp allow more than its absolute part; what
  /// that part excuses is left out.
  public private(set) var observed = 0.0
  /// The input at which that was.
  public private(set) var place = 0.0
  /// The largest error of the other results, by its size.
  public private(set) var observedAbsolute = 0.0
  /// The input at which that was.
  public private(set) var absolutePlace = 0.0
  /// Results that break their claim.
  public private(set) var faultCount = 0
  /// The simplest of them: the input with the fewest bits, then the nearest to 1 in size.
  public private(set) var fault: Fault?

  /// An empty one.
  public init() {}

  mutating func note(
    _ judgement: Judgement, at point: Judge.Point, claim: Claim, counts: Bool
  ) {
    if self.claim == nil || judgement.share > worst.share {
      (worst, worstPoint, self.claim) = (judgement, point, claim)
    }
    let error = judgement.holds ? min(judgement.error, claim.ulp) : judgement.error
    if counts, error > observed { (observed, place) = (error, point.x) }
  }

  mutating func note(absolute error: Double, at x: Double) {
    if error > observedAbsolute { (observedAbsolute, absolutePlace) = (error, x) }
  }

  /// One more result that breaks its claim, no simpler and no worse than those that were looked at.
  mutating func countFault() { faultCount += 1 }

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
    literal += other.literal
    if let claim = other.claim {
      note(other.worst, at: other.worstPoint, claim: claim, counts: false)
    }
    if other.observed > observed { (observed, place) = (other.observed, other.place) }
    note(absolute: other.observedAbsolute, at: other.absolutePlace)
    let count = faultCount + other.faultCount
    if let found = other.fault { add(found) }
    faultCount = count
  }
}
