/// SiLU with sigmoid(x) written as 1 - sigmoid(-x), which cancels where x is far below 0.
public enum CancellingTail: Activation {
  /// The mistake.
  @inline(__always) public static func value<N: Number>(_ a: Arguments<N>) -> N {
    a.x * (1 - sigmoid(-a.x))
  }
}
