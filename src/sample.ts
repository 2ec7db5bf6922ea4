/** What the explorers open with. */
export const sampleDocument = `# Your images, and whom they are shared with.
query Images {
  images(first: 10) {
    nodes {
      id
      name
      visibility
      members {
        memberId
        status
      }
    }
  }
}

# What others share with you, and you have not decided on.
query Inbox {
  images(filter: { sharedWithMe: true, memberStatus: PENDING }) {
    nodes {
      id
      name
      owner {
        id
      }
    }
  }
}

# Shares several images with several projects at once.
mutation Share($imageIds: [ID!]!, $memberIds: [ID!]!) {
  createImageMembers(input: { imageIds: $imageIds, memberIds: $memberIds }) {
    changes {
      imageId
      memberId
      outcome
      userErrors {
        code
        message
      }
    }
  }
}`;
