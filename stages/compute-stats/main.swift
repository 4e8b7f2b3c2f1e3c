//: # Channel statistics
//:
//: A network learns faster from numbers around zero of about the size of one. This stage measures
//: what that requires: the mean and the standard deviation of each colour channel over the training
//: images.
//:
//: | | |
//: |---|---|
//: | reads | `train`: the training images as they were parsed |
//: | writes | `statistics.safetensors`: `mean`, `std` F64 [3], in units of pixel/255 |
//: | | `histogram.safetensors`: `counts` I64 [3, 256]; both with `class_counts` I64 [10] |
//: | claims | on CIFAR-10's 50,000: means 0.49140 0.48216 0.44653, |
//: | | deviations 0.24703 0.24348 0.26159 |
//:
//: Test images take no part: what is known of them must not leak into training. Images that a later
//: split reserves for validation do, as in the published protocols; six numbers from 50,000 images
//: reveal nothing about any one of them.
//:
//: ## Why it matters to a network
//:
//: The first layer multiplies pixels by weights and adds: $z = \sum_i w_i x_i + b$. Training moves
//: each weight against the slope of the loss $L$, and that slope is
//:
//: $$ \frac{\partial L}{\partial w_i} = \frac{\partial L}{\partial z} \, x_i $$
//:
//: Bytes are never negative. So for one image the slopes of all weights of a sum have the same
//: sign, and the weights can only rise together or fall together; to turn, they have to zigzag.
//: Inputs with a mean of zero remove that restriction, and inputs of equal spread let one learning
//: rate fit all weights (LeCun et al., 1998, "Efficient BackProp", section 4.3).

import Datasets
import Foundation
import Notebook

let options = StageOptions.parseForStage()
let train = orExit {
  try ImageSet(contentsOf: options.input("train"), producedBy: "fetch-and-parse")
}
if let warning = train.dataStatus.warning { warn(warning) }

//: ## Counting
//:
//: A pixel is a byte, so 256 counts describe a channel completely. They are integers: the
//: 51 million pixels that CIFAR-10 has in a channel are counted without any rounding, in any order.
//: A running `Float` sum would be wrong here, since past 2²⁴ adding one no longer changes it.

let histogram = ChannelHistogram(of: train)

//: ## Mean and deviation
//:
//: With $v$ a value of 0 to 255, $h(v)$ its count and $n = \sum_v h(v)$ the number of pixels, a
//: channel has the mean $\mu$ and the standard deviation $\sigma$
//:
//: $$ \mu = \frac{1}{255\,n} \sum_{v=0}^{255} v \, h(v) \qquad \sigma = \sqrt{\frac{1}{n}
//: \sum_{v=0}^{255} h(v) \left( \frac{v}{255} - \mu \right)^2}
//: $$
//:
//: Values are divided by 255, so that 0 is black and 1 the brightest there is. The sum of $v\,h(v)$
//: is an integer and exact; the other one adds 256 terms, none of them negative.
//:
//: The deviation is the population's (divided by $n$), as published tables have it. Dividing by
//: $n - 1$ would estimate that of a larger population; with millions of pixels the two agree in the
//: first seven digits. The textbook shortcut, the mean of squares less the square of the mean,
//: would subtract two numbers that are nearly equal; on 256 counts the honest form costs nothing.

let statistics = ChannelStatistics(of: histogram)
show(
  table: Table(
    header: ["channel", "mean", "std"],
    rows: ["red", "green", "blue"].enumerated().map { channel, name in
      [
        name, String(format: "%.5f", statistics.mean[channel]),
        String(format: "%.5f", statistics.std[channel]),
      ]
    }))

//: Read the table like this: a mean below 0.5 is a channel that is darker than middle grey, and a
//: deviation of 0.25 says that most of its pixels lie within a quarter of the range from the mean.
//: The figure shows how often each of the 256 values occurs. Look at the ends: a peak at 0 or 255
//: is clipped light, in photographs mostly white background. Where the three curves lie apart, the
//: set has a tint, which normalising each channel by itself removes.

show(figure: "pixels", drawnFrom: "histogram")

//: ## The classes
//:
//: Of $K$ balanced classes, a guess is right once in $K$ times, and so is a program that always
//: names the same class: of ten classes, 10 %. That is the zero from which every accuracy here is
//: to be read. Where the counts differ, that program is right as often as the largest class occurs,
//: and accuracy alone flatters a network that prefers the larger classes.

show(
  table: Table(
    header: ["class", "images"],
    rows: zip(statistics.classNames, statistics.classCounts).map { [$0, String($1)] }
  ).shortened())
show(figure: "classes", drawnFrom: "histogram")

//: ## Writing
//:
//: The statistics are for normalising, the histogram is for the figures. They are two small files, so
//: that a figure never has to open the images.

orExit {
  try statistics.write(to: options.output("statistics.safetensors"))
  try histogram.write(to: options.output("histogram.safetensors"))
}

//: ## Was the promise kept?
//:
//: Every image was counted, in its class and with all its pixels in each channel.

let imagesCounted = statistics.classCounts.reduce(0, +)
let pixelsCounted = histogram.counts.reduce(0, +)
guard imagesCounted == train.count, pixelsCounted == train.images.count else {
  exitWithError("counted \(imagesCounted) images of \(train.count), and \(pixelsCounted) pixels")
}
show("counted: \(imagesCounted) images, \(pixelsCounted) pixels")

//: The means and deviations are measured. The next chapter decides whether they are used, and,
//: which matters more, on which images the network may learn.
