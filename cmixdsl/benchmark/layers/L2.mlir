// Pointwise (1x1) convolution of 128 to 128 channels.
// A shape to measure: `cmixc bench` gives it the bits and the requantization it is asked for, and
// random constants.
builtin.module {
  func.func @L2(%x: !cmix.packed<14x14x128xui8>) -> !cmix.packed<14x14x128xui8> {
    %weight = cmix.constant dense<1> : !cmix.packed<128x1x1x128xui8>
    %y = cmix.conv2d %x, %weight
        bias [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        requant #cmix.icn<m0 = [1073741824], n0 = [7], zero = 0>
        : !cmix.packed<14x14x128xui8>, !cmix.packed<128x1x1x128xui8> -> !cmix.packed<14x14x128xui8>
    func.return %y : !cmix.packed<14x14x128xui8>
  }
}
