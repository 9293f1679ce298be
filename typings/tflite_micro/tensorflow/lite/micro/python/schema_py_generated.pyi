"""Generated classes for the tables of the schema with which tests build files."""

from typing import Any

ActivationFunctionType: Any
BufferT: Any
BuiltinOperator: Any
BuiltinOptions: Any
ConcatenationOptionsT: Any
Conv2DOptionsT: Any
DepthwiseConv2DOptionsT: Any
FullyConnectedOptionsT: Any
ModelT: Any
OperatorCodeT: Any
OperatorT: Any
Padding: Any
Pool2DOptionsT: Any
QuantizationParametersT: Any
ReducerOptionsT: Any
SoftmaxOptionsT: Any
SubGraphT: Any
TensorT: Any
TensorType: Any
