// Files a visitor attaches: checked before, sent with progress. The desk checks everything again.

export function fileRefusal(file, chosen, limits) {
  if (chosen.length >= limits.uploads) return "tooMany";
  if (file.size > limits.uploadBytes) return "tooLarge";
  if (!limits.uploadTypes.includes(fileType(file))) return "wrongType";
  return "";
}

export function fileType(file) {
  return file.type.split(";")[0].toLowerCase();
}

// Sends one file; resolves to its upload id. Rejects with {code}; "network" means: try again later.
export function sendFile(url, token, entry, onprogress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Authorization", "Visitor " + token);
    request.setRequestHeader("Content-Type", fileType(entry.file));
    request.setRequestHeader("X-File-Name", encodeURIComponent(entry.name));
    request.upload.onprogress = (event) => event.lengthComputable && onprogress(event.loaded / event.total);
    request.onerror = request.ontimeout = () => reject({ code: "network" });
    request.onload = () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status === 200 && answer.upload) resolve(answer.upload);
      else if (request.status >= 500 || request.status === 429) reject({ code: "network" });
      else reject({ code: (answer.error && answer.error.code) || "refused" });
    };
    request.send(entry.file);
  });
}
