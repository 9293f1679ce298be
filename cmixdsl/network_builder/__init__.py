"""The methods of `cmixdsl.network.Network`, by what they append."""
