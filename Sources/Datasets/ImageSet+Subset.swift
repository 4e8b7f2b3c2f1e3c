import Randomness

extension ImageSet {
  /// Ascending indices of `count` images with the same fraction of each class as in the whole set. If
  /// these are not whole numbers, the classes that lose most by rounding down get
  /// one more image, ties going to the first class.
  ///
  /// The choice within a class depends on the seed, the file and the class.
  ///
  /// - Precondition: there are at least as many, and the set is a parsed one.
  func stratifiedIndices(_ count: Int, of file: Origin, seed: Int) -> [Int] {
    precondition(
      (0...self.count).contains(count) && preparation == nil,
      "\(count) of \(self.count) images as they were parsed")
    if count == self.count { return Array(0..<count) }
    let imagesPerClass = imagesPerClass(of: count)
    var isChosen = [Bool](repeating: false, count: self.count)
    for (label, members) in indicesByClass.enumerated() {
      var random = RandomStream(
        seed: seed, purpose: "dataset.subset", epoch: file == .train ? 0 : 1, index: label)
      for place in random.permutation(of: members.count).prefix(imagesPerClass[label]) {
        isChosen[members[place]] = true
      }
    }
    return isChosen.indices.filter { isChosen[$0] }
  }

  /// The number of images from each class, `count` in total.
  private func imagesPerClass(of count: Int) -> [Int] {
    let counts = classCounts
    var imagesPerClass = counts.map { $0 * count / self.count }
    let rests = counts.map { $0 * count % self.count }
    let order = counts.indices.sorted { (-rests[$0], $0) < (-rests[$1], $1) }
    for label in order.prefix(count - imagesPerClass.reduce(0, +)) { imagesPerClass[label] += 1 }
    return imagesPerClass
  }
}
