extension Checks {
  static let abi: [Check] = []
}
