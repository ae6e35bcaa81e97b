extension Checks {
  static let grad: [Check] = slopes + structuralGradient
}
