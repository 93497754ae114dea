"""Media of the house: each folder turns one provider's traffic into the words of `router.model` and back."""
