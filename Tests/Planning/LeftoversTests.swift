import Planning
import Testing

/// Which files a command that is alone removes.
@Suite struct LeftoversTests {
  @Test(arguments: [
    ".score.svg.0z9.tmp", ".a.b.tmp", "...b.tmp", ".a..b.tmp", ".train.link",
  ])
  func unfinishedFilesAreTemporary(name: String) {
    #expect(Leftovers.isTemporary(name))
  }

  @Test(arguments: [
    "", ".", ".tmp", "..tmp", ".a.tmp", "..b.tmp", ".a..tmp", ".a.B.tmp", ".a.é.tmp", "a.b.tmp",
    "a.b.c.tmp", ".a.b.tmp2", ".link", "..link", ".a.b.link", "train.link", ".train.links",
  ])
  func otherNamesAreNot(name: String) {
    #expect(!Leftovers.isTemporary(name))
  }
}
