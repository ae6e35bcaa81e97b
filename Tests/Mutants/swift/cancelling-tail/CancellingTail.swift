/// SiLU with sigmoid(x) written as 1 - sigmoid(-x), which cancels where x is far below 0.
enum CancellingTail: Activation {
  /// The mistake.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    a.x * (1 - sigmoid(-a.x))
  }
}
