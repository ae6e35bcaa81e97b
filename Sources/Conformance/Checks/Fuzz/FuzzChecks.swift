extension Checks {
  static let fuzz: [Check] = []
}
