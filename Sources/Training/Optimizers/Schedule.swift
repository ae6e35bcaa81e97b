import CSystem

/// How the learning rate changes over the steps of a run.
public enum Schedule: String, Codable, CaseIterable, Sendable {
  /// The same rate throughout.
  case constant
  /// Half a cosine from the base rate to 0: Loshchilov, Hutter, arXiv:1608.03983, without restarts.
  case cosine

  /// The rate of a step.
  ///
  /// In the warm-up the rate grows linearly and reaches the base rate with the first step after it.
  /// The cosine spans the steps after the warm-up: 0 would be reached one step after the last.
  ///
  /// - Parameters:
  ///   - step: from 0.
  ///   - total: number of steps of the run.
  ///   - base: the highest rate.
  ///   - warmup: number of steps of the linear rise.
  public func rate(step: Int, total: Int, base: Double, warmup: Int = 0) -> Double {
    if step < warmup { return base * Double(step + 1) / Double(warmup + 1) }
    switch self {
    case .constant: return base
    case .cosine:
      let progress = Double(step - warmup) / Double(max(total - warmup, 1))
      return base * 0.5 * (1 + cos(Double.pi * min(progress, 1)))
    }
  }
}
