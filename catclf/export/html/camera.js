"use strict";

// The camera of the device. `video` shows what it sees.
class Camera {
  constructor(video) {
    this.video = video;
  }

  // Raises an error where there is none, or it may not be used.
  async start() {
    const wanted = { video: { facingMode: "environment" } };
    this.video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
    await this.video.play();
  }

  stop() {
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
  }

  // What it sees now, as an image that waits.
  async take() {
    const bitmap = await createImageBitmap(this.video);
    const time = new Date().toTimeString().slice(0, 8);
    return { name: `camera ${time}`, open: async () => drawn(bitmap) };
  }
}
