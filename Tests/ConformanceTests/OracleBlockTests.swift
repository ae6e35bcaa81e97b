import Testing
@testable import Conformance
@Test func placeholder() {}
