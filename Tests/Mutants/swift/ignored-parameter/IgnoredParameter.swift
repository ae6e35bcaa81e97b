/// PReLU whose slope is 0.25 whatever the parameter says.
public enum IgnoredParameter: Activation {
  /// a.
  @inline(__always) public static var parameters: Int { 1 }

  /// The mistake.
  @inline(__always) public static func value<N: Number>(_ a: Arguments<N>) -> N {
    select(a.x > 0, a.x, 0.25 * a.x)
  }
}
