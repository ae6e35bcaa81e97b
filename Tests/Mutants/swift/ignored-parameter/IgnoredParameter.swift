/// PReLU whose slope is 0.25 whatever the parameter says.
enum IgnoredParameter: Activation {
  /// a.
  @inline(__always) static var parameters: Int { 1 }

  /// The mistake.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, 0.25 * a.x)
  }
}
