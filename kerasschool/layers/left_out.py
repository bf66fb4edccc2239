"""The layers of Keras that are not here, and what to do instead.

Source: `keras.layers`.
"""

ADVICE = {
    "It works on pictures, films or sound; kerasschool's data are rows of numbers. Use Keras 3.": (
        "Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1D Convolution2D "
        "Convolution3D Convolution1DTranspose Convolution2DTranspose Convolution3DTranspose SeparableConv1D "
        "SeparableConv2D SeparableConvolution1D SeparableConvolution2D DepthwiseConv1D DepthwiseConv2D "
        "SpatialDropout2D SpatialDropout3D GroupNormalization MaxPool1D MaxPool2D MaxPool3D MaxPooling1D "
        "MaxPooling2D MaxPooling3D AvgPool1D AvgPool2D AvgPool3D AveragePooling1D AveragePooling2D "
        "AveragePooling3D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling2D GlobalMaxPooling3D "
        "GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool2D GlobalMaxPool3D AdaptiveAveragePooling1D "
        "AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D "
        "AdaptiveMaxPooling3D Cropping1D Cropping2D Cropping3D ZeroPadding1D ZeroPadding2D ZeroPadding3D "
        "UpSampling1D UpSampling2D UpSampling3D AugMix AutoContrast CenterCrop CutMix Equalization "
        "ContrastLimitedAdaptiveHistogramEqualization MaxNumBoundingBoxes MixUp Pipeline RandAugment "
        "RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop "
        "RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue "
        "RandomInvert RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness "
        "RandomShear RandomTranslation RandomZoom Resizing Solarization MelSpectrogram STFTSpectrogram"
    ),
    "It works on sequences step by step, or masks steps. Use Keras 3.": (
        "RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells Bidirectional ConvLSTM1D "
        "ConvLSTM2D ConvLSTM3D TimeDistributed Masking Attention AdditiveAttention MultiHeadAttention "
        "GroupQueryAttention"
    ),
    "It turns texts or categories into numbers, which is done before the model here: see `utils.to_categorical`.": (
        "TextVectorization StringLookup IntegerLookup Hashing HashedCrossing Discretization CategoryEncoding"
    ),
    "It joins several inputs, which a `Sequential` has not. Inside a `Layer` of your own, write `x + y` or NumPy.": (
        "Add Average Concatenate Dot Maximum Minimum Multiply Subtract add average concatenate dot maximum "
        "minimum multiply subtract"
    ),
    "It is for large language models. Use Keras 3.": "EinsumDense ReversibleEmbedding",
    "It wraps layers of other kinds or other libraries. Subclass `Layer`.": (
        "Wrapper SpectralNormalization TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer"
    ),
}

LEFT_OUT = {name: advice for advice, names in ADVICE.items() for name in names.split()}
